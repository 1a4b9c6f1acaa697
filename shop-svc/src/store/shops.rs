//! Shops.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_contracts::OpenEnum;
use souk_db::{Conn, DbError, containing};
use uuid::Uuid;

use super::schema::shops;
use crate::Result;
use crate::domain::{Shop, ShopError, ShopStatus};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = shops)]
struct ShopRow {
    id: Uuid,
    owner_id: Uuid,
    name: String,
    slug: String,
    about: Option<String>,
    logo_url: Option<String>,
    is_verified: bool,
    status: String,
    status_reason: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<ShopRow> for Shop {
    fn from(row: ShopRow) -> Self {
        Self {
            id: row.id,
            owner_id: row.owner_id,
            name: row.name,
            slug: row.slug,
            about: row.about,
            logo_url: row.logo_url,
            is_verified: row.is_verified,
            status: OpenEnum::read(&row.status),
            status_reason: row.status_reason,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl From<&Shop> for ShopRow {
    fn from(shop: &Shop) -> Self {
        Self {
            id: shop.id,
            owner_id: shop.owner_id,
            name: shop.name.clone(),
            slug: shop.slug.clone(),
            about: shop.about.clone(),
            logo_url: shop.logo_url.clone(),
            is_verified: shop.is_verified,
            status: shop.status.as_str().to_owned(),
            status_reason: shop.status_reason.clone(),
            version: shop.version,
            created_at: shop.created_at,
            updated_at: shop.updated_at,
        }
    }
}

/// Which shops to list.
#[derive(Debug, Clone)]
pub struct ShopFilter {
    /// In this status.
    pub status: ShopStatus,
    /// With this in the name.
    pub name: Option<String>,
    /// After this one.
    pub after: Option<Uuid>,
    /// At most so many.
    pub limit: i64,
}

/// Adds a shop; `false` when its slug is taken.
///
/// # Errors
/// [`ShopError::HasOpenShop`] when its owner has one.
pub async fn insert(tx: &mut Conn, shop: &Shop) -> Result<bool> {
    let inserted = diesel::insert_into(shops::table)
        .values(ShopRow::from(shop))
        .on_conflict(shops::slug)
        .do_nothing()
        .execute(tx)
        .await
        .map_err(DbError::from);
    match inserted {
        Ok(rows) => Ok(rows == 1),
        Err(error) if error.violated_unique() == Some("shops_open_owner") => {
            Err(ShopError::HasOpenShop.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes what can change of a shop.
pub async fn save(tx: &mut Conn, shop: &Shop) -> Result<()> {
    diesel::update(shops::table.find(shop.id))
        .set((
            shops::name.eq(&shop.name),
            shops::about.eq(&shop.about),
            shops::logo_url.eq(&shop.logo_url),
            shops::is_verified.eq(shop.is_verified),
            shops::status.eq(shop.status.as_str()),
            shops::status_reason.eq(&shop.status_reason),
            shops::version.eq(shop.version),
            shops::updated_at.eq(shop.updated_at),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// The shop with that id.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<Shop>> {
    let query = shops::table.find(id).select(ShopRow::as_select());
    let row: Option<ShopRow> = query.get_result(conn).await.optional()?;
    Ok(row.map(Shop::from))
}

/// Up to `limit` shops of every status after an id, in the order of their ids.
pub async fn after(conn: &mut Conn, id: Option<Uuid>, limit: i64) -> Result<Vec<Shop>> {
    let rows: Vec<ShopRow> = shops::table
        .filter(shops::id.gt(id.unwrap_or(Uuid::nil())))
        .order(shops::id)
        .limit(limit)
        .select(ShopRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Shop::from).collect())
}

/// The shops with these ids, in the order of their ids; unknown ones are absent.
pub async fn find_all(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<Shop>> {
    let rows: Vec<ShopRow> = shops::table
        .filter(shops::id.eq_any(ids))
        .order(shops::id)
        .select(ShopRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Shop::from).collect())
}

/// The shop with that slug.
pub async fn find_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Shop>> {
    let query = shops::table
        .filter(shops::slug.eq(slug))
        .select(ShopRow::as_select());
    let row: Option<ShopRow> = query.get_result(conn).await.optional()?;
    Ok(row.map(Shop::from))
}

/// The open shop of a user.
pub async fn find_open_of(conn: &mut Conn, owner_id: Uuid) -> Result<Option<Shop>> {
    let query = shops::table
        .filter(open_of(owner_id))
        .select(ShopRow::as_select());
    let row: Option<ShopRow> = query.get_result(conn).await.optional()?;
    Ok(row.map(Shop::from))
}

/// The shop with that id, locked until the transaction ends.
pub async fn lock(tx: &mut Conn, id: Uuid) -> Result<Option<Shop>> {
    let query = shops::table.find(id).select(ShopRow::as_select()).for_update();
    let row: Option<ShopRow> = query.get_result(tx).await.optional()?;
    Ok(row.map(Shop::from))
}

/// The open shop of a user, locked until the transaction ends.
pub async fn lock_open_of(tx: &mut Conn, owner_id: Uuid) -> Result<Option<Shop>> {
    let query = shops::table
        .filter(open_of(owner_id))
        .select(ShopRow::as_select())
        .for_update();
    let row: Option<ShopRow> = query.get_result(tx).await.optional()?;
    Ok(row.map(Shop::from))
}

/// Shops from the newest to the oldest. With a part of a name, for [`souk_db::Db::plan_by_value`].
pub async fn list(conn: &mut Conn, filter: &ShopFilter) -> Result<Vec<Shop>> {
    let mut query = shops::table
        .filter(shops::status.eq(filter.status.as_str()))
        .select(ShopRow::as_select())
        .order(shops::id.desc())
        .limit(filter.limit)
        .into_boxed();
    if let Some(name) = &filter.name {
        query = query.filter(shops::name.ilike(containing(name)));
    }
    if let Some(after) = filter.after {
        query = query.filter(shops::id.lt(after));
    }
    let rows: Vec<ShopRow> = query.load(conn).await?;
    Ok(rows.into_iter().map(Shop::from).collect())
}

#[diesel::dsl::auto_type]
fn open_of(owner_id: Uuid) -> _ {
    shops::owner_id.eq(owner_id).and(shops::status.ne("closed"))
}
