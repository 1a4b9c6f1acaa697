//! What is known of shops.

use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use souk_contracts::OpenEnum;
use souk_db::Conn;
use uuid::Uuid;

use super::schema::shops;
use crate::Result;
use crate::domain::{Shop, ShopId, ShopStatus, UserId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = shops)]
pub(super) struct ShopRow {
    id: Uuid,
    owner_id: Uuid,
    status: String,
    version: i64,
}

impl From<&Shop> for ShopRow {
    fn from(shop: &Shop) -> Self {
        Self {
            id: shop.id.0,
            owner_id: shop.owner_id.0,
            status: shop.status.as_str().to_owned(),
            version: shop.version,
        }
    }
}

impl From<ShopRow> for Shop {
    fn from(row: ShopRow) -> Self {
        Self {
            id: ShopId(row.id),
            owner_id: UserId(row.owner_id),
            status: OpenEnum::read(&row.status),
            version: row.version,
        }
    }
}

/// Keeps what is said of a shop, unless something newer is known.
pub async fn keep(tx: &mut Conn, shop: &Shop) -> Result<()> {
    let upsert = diesel::insert_into(shops::table)
        .values(ShopRow::from(shop))
        .on_conflict(shops::id)
        .do_update()
        .set((
            shops::owner_id.eq(excluded(shops::owner_id)),
            shops::status.eq(excluded(shops::status)),
            shops::version.eq(excluded(shops::version)),
        ));
    methods::FilterDsl::filter(upsert, shops::version.lt(excluded(shops::version)))
        .execute(tx)
        .await?;
    Ok(())
}

/// The shop of that id.
pub async fn find(conn: &mut Conn, id: ShopId) -> Result<Option<Shop>> {
    let row: Option<ShopRow> = shops::table
        .find(id.0)
        .select(ShopRow::as_select())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Shop::from))
}

/// The user's shop that may sell, if there is one.
pub async fn find_selling(conn: &mut Conn, owner: UserId) -> Result<Option<Shop>> {
    let row: Option<ShopRow> = shops::table
        .filter(shops::owner_id.eq(owner.0))
        .filter(shops::status.eq(ShopStatus::Approved.as_str()))
        .select(ShopRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Shop::from))
}
