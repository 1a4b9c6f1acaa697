//! What is known of shops.

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

type Row = (Option<Value>, i32, i64);

/// The shop as it was last told of; `None` if it was never, or is gone.
pub async fn snapshot(conn: &mut Conn, shop_id: Uuid) -> Result<Option<ShopSnapshot>> {
    Ok(facts(conn, &[shop_id]).await?.pop().map(|facts| facts.snapshot))
}

/// All that is known of these shops, without those that are gone.
pub async fn facts(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<ShopFacts>> {
    let rows: Vec<Row> = shops::table
        .filter(shops::shop_id.eq_any(ids))
        .select((shops::snapshot, shops::rating_average_x100, shops::rating_count))
        .load(conn)
        .await?;
    let facts = rows.into_iter().filter_map(|(snapshot, average_x100, count)| {
        let snapshot = readable(snapshot?)?;
        Some(ShopFacts {
            snapshot,
            rating: Rating { average_x100, count },
        })
    });
    Ok(facts.collect())
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
