//! Shops: who owns them and whether they may sell.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use souk_clients::shop::ShopRecord;
use souk_contracts::events::{ShopDeleted, ShopSnapshot, ShopStatus};
use souk_db::Conn;
use uuid::Uuid;

use crate::Result;
use crate::schema::mirror_shops;

#[derive(Insertable)]
#[diesel(table_name = mirror_shops)]
struct ShopRow<'a> {
    shop_id: Uuid,
    owner_id: Uuid,
    name: &'a str,
    slug: &'a str,
    status: &'static str,
    version: i64,
    changed_at: DateTime<Utc>,
}

impl<'a> ShopRow<'a> {
    fn of(shop: &'a ShopSnapshot, version: i64, changed_at: DateTime<Utc>) -> Self {
        Self {
            shop_id: shop.shop_id,
            owner_id: shop.owner_id,
            name: &shop.name,
            slug: &shop.slug,
            status: word(shop.status),
            version,
            changed_at,
        }
    }
}

/// A shop as its service answered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveShop {
    /// The shop.
    pub shop_id: Uuid,
    /// The user who owns it.
    pub owner_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its unique name in addresses.
    pub slug: String,
    /// Where it stands.
    pub status: ShopStatus,
    /// Counts its changes.
    pub version: i64,
}

impl LiveShop {
    /// Whether it may be seen and may sell.
    pub fn is_approved(&self) -> bool {
        self.status == ShopStatus::Approved
    }
}

impl From<ShopRecord> for LiveShop {
    fn from(live: ShopRecord) -> Self {
        Self {
            shop_id: live.id,
            owner_id: live.owner_id,
            name: live.name,
            slug: live.slug,
            status: live.status,
            version: live.version,
        }
    }
}

/// How an event met what was known before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It is the newest and was taken over.
    InOrder,
    /// Something newer, that happened at this time, was known already.
    Late(DateTime<Utc>),
}

/// Takes over the snapshot of a shop event, unless something newer is known.
///
/// # Errors
/// When the database fails.
pub async fn record(tx: &mut Conn, shop: &ShopSnapshot, version: i64, at: DateTime<Utc>) -> Result<Arrival> {
    let upsert = diesel::insert_into(mirror_shops::table)
        .values(ShopRow::of(shop, version, at))
        .on_conflict(mirror_shops::shop_id)
        .do_update()
        .set((
            mirror_shops::owner_id.eq(excluded(mirror_shops::owner_id)),
            mirror_shops::name.eq(excluded(mirror_shops::name)),
            mirror_shops::slug.eq(excluded(mirror_shops::slug)),
            mirror_shops::status.eq(excluded(mirror_shops::status)),
            mirror_shops::version.eq(excluded(mirror_shops::version)),
            mirror_shops::changed_at.eq(excluded(mirror_shops::changed_at)),
        ));
    let newer = mirror_shops::version.lt(excluded(mirror_shops::version));
    if methods::FilterDsl::filter(upsert, newer).execute(tx).await? == 1 {
        return Ok(Arrival::InOrder);
    }
    let row = mirror_shops::table.find(shop.shop_id);
    Ok(Arrival::Late(
        row.select(mirror_shops::changed_at).first(tx).await?,
    ))
}

/// Takes over `shop.deleted`; the shop stays known as closed.
///
/// # Errors
/// When the database fails.
pub async fn close(tx: &mut Conn, shop: &ShopDeleted, version: i64, at: DateTime<Utc>) -> Result<()> {
    let row = ShopRow {
        shop_id: shop.shop_id,
        owner_id: shop.owner_id,
        name: "",
        slug: "",
        status: word(ShopStatus::Closed),
        version,
        changed_at: at,
    };
    let upsert = diesel::insert_into(mirror_shops::table)
        .values(row)
        .on_conflict(mirror_shops::shop_id)
        .do_update()
        .set((
            mirror_shops::status.eq(excluded(mirror_shops::status)),
            mirror_shops::version.eq(excluded(mirror_shops::version)),
            mirror_shops::changed_at.eq(excluded(mirror_shops::changed_at)),
        ));
    methods::FilterDsl::filter(upsert, mirror_shops::version.lt(excluded(mirror_shops::version)))
        .execute(tx)
        .await?;
    Ok(())
}

/// Keeps a shop as its service answered just now, because its events may still be on their way. Nothing changes
/// where events have told as much.
///
/// The version stays as it was, so that no event is taken for an old one.
///
/// # Errors
/// When the database fails.
pub async fn remember(tx: &mut Conn, shop: &LiveShop) -> Result<()> {
    let row = ShopRow {
        shop_id: shop.shop_id,
        owner_id: shop.owner_id,
        name: &shop.name,
        slug: &shop.slug,
        status: word(shop.status),
        version: 0,
        changed_at: DateTime::UNIX_EPOCH,
    };
    let upsert = diesel::insert_into(mirror_shops::table)
        .values(row)
        .on_conflict(mirror_shops::shop_id)
        .do_update()
        .set((
            mirror_shops::name.eq(excluded(mirror_shops::name)),
            mirror_shops::slug.eq(excluded(mirror_shops::slug)),
            mirror_shops::status.eq(excluded(mirror_shops::status)),
        ));
    let older = mirror_shops::version.lt(shop.version);
    methods::FilterDsl::filter(upsert, older).execute(tx).await?;
    Ok(())
}

/// The names of those of these shops that are known here and approved.
///
/// # Errors
/// When the database fails.
pub async fn approved_names(conn: &mut Conn, shop_ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    let rows: Vec<(Uuid, String)> = mirror_shops::table
        .filter(mirror_shops::shop_id.eq_any(shop_ids))
        .filter(mirror_shops::status.eq(word(ShopStatus::Approved)))
        .select((mirror_shops::shop_id, mirror_shops::name))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

fn word(status: ShopStatus) -> &'static str {
    match status {
        ShopStatus::Pending => "pending",
        ShopStatus::Approved => "approved",
        ShopStatus::Rejected => "rejected",
        ShopStatus::Suspended => "suspended",
        ShopStatus::Closed => "closed",
    }
}
