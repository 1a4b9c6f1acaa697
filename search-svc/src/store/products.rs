//! What is known of products.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_contracts::events::{ProductSnapshot, ShopSnapshot};
use souk_db::Conn;
use uuid::Uuid;

use super::schema::{products, shops};
use super::shops::readable;
use super::stock;
use crate::Result;
use crate::domain::{ProductFacts, Rating};

type Row = (Option<Value>, i32, i64, i64, Option<Value>);

/// All that is known of these products, without those that are gone.
pub async fn facts(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<ProductFacts>> {
    // The version is read before the stock: a document may be newer than its version says, never older.
    let rows: Vec<Row> = products::table
        .left_join(shops::table.on(products::shop_id.eq(shops::shop_id.nullable())))
        .filter(products::product_id.eq_any(ids))
        .select((
            products::snapshot,
            products::rating_average_x100,
            products::rating_count,
            products::document_version,
            shops::snapshot.nullable(),
        ))
        .load(conn)
        .await?;
    let mut stock = stock::of_products(conn, ids).await?;
    let facts = rows
        .into_iter()
        .filter_map(|(snapshot, average_x100, count, version, shop)| {
            let snapshot: ProductSnapshot = readable(snapshot?)?;
            let shop: Option<ShopSnapshot> = shop.and_then(readable);
            let stock: BTreeMap<Uuid, i32> = stock.remove(&snapshot.product_id).unwrap_or_default();
            Some(ProductFacts {
                snapshot,
                rating: Rating { average_x100, count },
                shop_name: shop.map(|shop| shop.name),
                stock,
                version,
            })
        });
    Ok(facts.collect())
}

/// The ids of products after one, in order, those that are gone included.
pub async fn ids_after(conn: &mut Conn, after: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>> {
    let ids = products::table
        .filter(products::product_id.gt(after.unwrap_or(Uuid::nil())))
        .order(products::product_id)
        .select(products::product_id)
        .limit(limit);
    Ok(ids.load(conn).await?)
}

/// How many rows there are.
pub async fn count(conn: &mut Conn) -> Result<i64> {
    Ok(products::table.count().get_result(conn).await?)
}

/// The versions of the documents of these products, without those that have none.
pub async fn document_versions(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    let versions = products::table
        .filter(products::product_id.eq_any(ids))
        .filter(products::is_active)
        .filter(products::snapshot.is_not_null())
        .select((products::product_id, products::document_version));
    Ok(versions.load(conn).await?)
}

/// The versions of the documents of these products, of those that have none too.
pub async fn all_document_versions(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    let versions = products::table.filter(products::product_id.eq_any(ids));
    let versions = versions.select((products::product_id, products::document_version));
    Ok(versions.load(conn).await?)
}

/// Which of these products are there.
pub async fn alive(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let alive = products::table.filter(
        products::product_id
            .eq_any(ids)
            .and(products::snapshot.is_not_null()),
    );
    Ok(alive.select(products::product_id).load(conn).await?)
}

/// The products that are there after one id, up to another.
pub async fn alive_between(conn: &mut Conn, after: Option<Uuid>, until: Option<Uuid>) -> Result<Vec<Uuid>> {
    let range = products::product_id
        .gt(after.unwrap_or(Uuid::nil()))
        .and(products::product_id.le(until.unwrap_or(Uuid::max())));
    let alive = products::table.filter(range.and(products::snapshot.is_not_null()));
    Ok(alive.select(products::product_id).load(conn).await?)
}

/// The versions of the latest events of these products, of those that are gone too.
pub async fn versions(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    let versions = products::table.filter(products::product_id.eq_any(ids));
    Ok(versions
        .select((products::product_id, products::version))
        .load(conn)
        .await?)
}

/// The ids of a shop's products after one, in order, those that are gone included.
pub async fn ids_of_shop(
    conn: &mut Conn,
    shop_id: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let page = products::table
        .filter(products::shop_id.eq(shop_id))
        .filter(products::product_id.gt(after.unwrap_or_default()))
        .order(products::product_id)
        .select(products::product_id)
        .limit(limit);
    Ok(page.load(conn).await?)
}

/// Keeps a snapshot; `false` if something newer is known.
pub async fn save(tx: &mut Conn, product: &ProductSnapshot, version: i64) -> Result<bool> {
    let upsert = diesel::insert_into(products::table)
        .values((
            products::product_id.eq(product.product_id),
            products::shop_id.eq(product.shop_id),
            products::version.eq(version),
            products::is_active.eq(product.is_active),
            products::snapshot.eq(serde_json::to_value(product)?),
        ))
        .on_conflict(products::product_id)
        .do_update()
        .set((
            products::shop_id.eq(excluded(products::shop_id)),
            products::version.eq(excluded(products::version)),
            products::is_active.eq(excluded(products::is_active)),
            products::snapshot.eq(excluded(products::snapshot)),
        ));
    let newer = methods::FilterDsl::filter(upsert, products::version.lt(excluded(products::version)));
    Ok(newer.execute(tx).await? == 1)
}

/// Keeps that a product is gone; `false` if something newer is known.
pub async fn bury(tx: &mut Conn, product_id: Uuid, shop_id: Uuid, version: i64) -> Result<bool> {
    let upsert = diesel::insert_into(products::table)
        .values((
            products::product_id.eq(product_id),
            products::shop_id.eq(shop_id),
            products::version.eq(version),
        ))
        .on_conflict(products::product_id)
        .do_update()
        .set((
            products::version.eq(excluded(products::version)),
            products::is_active.eq(false),
            products::snapshot.eq(None::<Value>),
        ));
    let newer = methods::FilterDsl::filter(upsert, products::version.lt(excluded(products::version)));
    Ok(newer.execute(tx).await? == 1)
}

/// Takes the snapshot away, whatever its version; `false` if there was none.
pub async fn forget(tx: &mut Conn, id: Uuid) -> Result<bool> {
    let known = products::table.filter(products::product_id.eq(id).and(products::snapshot.is_not_null()));
    let forgotten = diesel::update(known).set((
        products::snapshot.eq(None::<Value>),
        products::is_active.eq(false),
    ));
    Ok(forgotten.execute(tx).await? == 1)
}

/// Keeps a rating; `false` if a newer one is known.
pub async fn rate(tx: &mut Conn, id: Uuid, version: i64, rating: Rating) -> Result<bool> {
    let upsert = diesel::insert_into(products::table)
        .values((
            products::product_id.eq(id),
            products::rating_average_x100.eq(rating.average_x100),
            products::rating_count.eq(rating.count),
            products::rating_event_version.eq(version),
        ))
        .on_conflict(products::product_id)
        .do_update()
        .set((
            products::rating_average_x100.eq(excluded(products::rating_average_x100)),
            products::rating_count.eq(excluded(products::rating_count)),
            products::rating_event_version.eq(excluded(products::rating_event_version)),
        ));
    let newer = products::rating_event_version.lt(excluded(products::rating_event_version));
    Ok(methods::FilterDsl::filter(upsert, newer).execute(tx).await? == 1)
}
