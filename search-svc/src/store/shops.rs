//! What is known of shops.

use std::collections::HashSet;

use diesel::dsl::not;
use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_contracts::events::{ShopSnapshot, ShopStatus};
use souk_db::Conn;
use uuid::Uuid;

use super::schema::shops;
use crate::Result;
use crate::domain::{Rating, ShopFacts};

type Row = (Option<Value>, i32, i64, i64);

/// The shop as it was last told of; `None` if it was never, or is gone.
pub async fn snapshot(conn: &mut Conn, shop_id: Uuid) -> Result<Option<ShopSnapshot>> {
    Ok(facts(conn, &[shop_id]).await?.pop().map(|facts| facts.snapshot))
}

/// All that is known of these shops, without those that are gone.
pub async fn facts(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<ShopFacts>> {
    let rows = shops::table
        .filter(shops::shop_id.eq_any(ids))
        .select(COLUMNS)
        .load(conn)
        .await?;
    Ok(rows.into_iter().filter_map(fact).collect())
}

/// The ids of shops after one, in order, those that are gone included.
pub async fn ids_after(conn: &mut Conn, after: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>> {
    let ids = shops::table
        .filter(shops::shop_id.gt(after.unwrap_or(Uuid::nil())))
        .order(shops::shop_id)
        .select(shops::shop_id)
        .limit(limit);
    Ok(ids.load(conn).await?)
}

/// How many rows there are.
pub async fn count(conn: &mut Conn) -> Result<i64> {
    Ok(shops::table.count().get_result(conn).await?)
}

/// Makes a row for a shop whose events have not come yet: it is hidden until they do.
pub async fn expect(tx: &mut Conn, id: Uuid) -> Result<()> {
    diesel::insert_into(shops::table)
        .values(shops::shop_id.eq(id))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether a shop may be seen.
pub async fn is_visible(conn: &mut Conn, id: Uuid) -> Result<bool> {
    let visible = shops::table.filter(shops::shop_id.eq(id).and(shops::is_approved));
    Ok(diesel::select(diesel::dsl::exists(visible))
        .get_result(conn)
        .await?)
}

/// All shops that may not be seen.
pub async fn hidden(conn: &mut Conn) -> Result<HashSet<Uuid>> {
    let hidden = shops::table
        .filter(not(shops::is_approved))
        .select(shops::shop_id);
    let ids: Vec<Uuid> = hidden.load(conn).await?;
    Ok(ids.into_iter().collect())
}

/// The versions of the documents of these shops, without those that are gone.
pub async fn document_versions(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    let versions = shops::table
        .filter(shops::shop_id.eq_any(ids))
        .filter(shops::snapshot.is_not_null())
        .select((shops::shop_id, shops::document_version));
    Ok(versions.load(conn).await?)
}

/// The versions of the documents of these shops, of those that have none too.
pub async fn all_document_versions(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    let versions = shops::table.filter(shops::shop_id.eq_any(ids));
    let versions = versions.select((shops::shop_id, shops::document_version));
    Ok(versions.load(conn).await?)
}

/// Which of these shops are there.
pub async fn alive(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let alive = shops::table.filter(shops::shop_id.eq_any(ids).and(shops::snapshot.is_not_null()));
    Ok(alive.select(shops::shop_id).load(conn).await?)
}

/// The shops that are there after one id, up to another.
pub async fn alive_between(conn: &mut Conn, after: Option<Uuid>, until: Option<Uuid>) -> Result<Vec<Uuid>> {
    let range = shops::shop_id
        .gt(after.unwrap_or(Uuid::nil()))
        .and(shops::shop_id.le(until.unwrap_or(Uuid::max())));
    let alive = shops::table.filter(range.and(shops::snapshot.is_not_null()));
    Ok(alive.select(shops::shop_id).load(conn).await?)
}

/// The versions of the latest events of these shops, of those that are gone too.
pub async fn versions(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    let versions = shops::table.filter(shops::shop_id.eq_any(ids));
    Ok(versions
        .select((shops::shop_id, shops::version))
        .load(conn)
        .await?)
}

const COLUMNS: (
    shops::snapshot,
    shops::rating_average_x100,
    shops::rating_count,
    shops::document_version,
) = (
    shops::snapshot,
    shops::rating_average_x100,
    shops::rating_count,
    shops::document_version,
);

fn fact((snapshot, average_x100, count, version): Row) -> Option<ShopFacts> {
    Some(ShopFacts {
        snapshot: readable(snapshot?)?,
        rating: Rating { average_x100, count },
        version,
    })
}

/// Keeps a snapshot, or that the shop is gone; `false` if something newer is known.
pub async fn save(tx: &mut Conn, id: Uuid, version: i64, snapshot: Option<&ShopSnapshot>) -> Result<bool> {
    let upsert = diesel::insert_into(shops::table)
        .values((
            shops::shop_id.eq(id),
            shops::version.eq(version),
            shops::is_approved.eq(snapshot.is_some_and(|shop| shop.status == ShopStatus::Approved)),
            shops::snapshot.eq(snapshot.map(serde_json::to_value).transpose()?),
        ))
        .on_conflict(shops::shop_id)
        .do_update()
        .set((
            shops::version.eq(excluded(shops::version)),
            shops::is_approved.eq(excluded(shops::is_approved)),
            shops::snapshot.eq(excluded(shops::snapshot)),
        ));
    let newer = methods::FilterDsl::filter(upsert, shops::version.lt(excluded(shops::version)));
    Ok(newer.execute(tx).await? == 1)
}

/// Takes the snapshot away, whatever its version; `false` if there was none.
pub async fn forget(tx: &mut Conn, id: Uuid) -> Result<bool> {
    let known = shops::table.filter(shops::shop_id.eq(id).and(shops::snapshot.is_not_null()));
    let forgotten =
        diesel::update(known).set((shops::snapshot.eq(None::<Value>), shops::is_approved.eq(false)));
    Ok(forgotten.execute(tx).await? == 1)
}

/// Keeps a rating; `false` if a newer one is known.
pub async fn rate(tx: &mut Conn, id: Uuid, version: i64, rating: Rating) -> Result<bool> {
    let upsert = diesel::insert_into(shops::table)
        .values((
            shops::shop_id.eq(id),
            shops::rating_average_x100.eq(rating.average_x100),
            shops::rating_count.eq(rating.count),
            shops::rating_version.eq(version),
        ))
        .on_conflict(shops::shop_id)
        .do_update()
        .set((
            shops::rating_average_x100.eq(excluded(shops::rating_average_x100)),
            shops::rating_count.eq(excluded(shops::rating_count)),
            shops::rating_version.eq(excluded(shops::rating_version)),
        ));
    let newer = methods::FilterDsl::filter(upsert, shops::rating_version.lt(excluded(shops::rating_version)));
    Ok(newer.execute(tx).await? == 1)
}

/// One unreadable row must not keep the others out of the index.
pub(super) fn readable<T: serde::de::DeserializeOwned>(snapshot: Value) -> Option<T> {
    serde_json::from_value(snapshot)
        .inspect_err(
            |error| tracing::error!(error = %error, "A stored snapshot cannot be read; it is left out"),
        )
        .ok()
}
