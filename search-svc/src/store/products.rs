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

type Row = (Option<Value>, i32, i64, Option<Value>);

/// All that is known of these products, without those that are gone.
pub async fn facts(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<ProductFacts>> {
    let rows: Vec<Row> = products::table
        .left_join(shops::table.on(products::shop_id.eq(shops::shop_id.nullable())))
        .filter(products::product_id.eq_any(ids))
        .order(products::product_id.desc())
        .select((
            products::snapshot,
            products::rating_average_x100,
            products::rating_count,
            shops::snapshot.nullable(),
        ))
        .load(conn)
        .await?;
    let mut stock = stock::of_products(conn, ids).await?;
    let facts = rows
        .into_iter()
        .filter_map(|(snapshot, average_x100, count, shop)| {
            let snapshot: ProductSnapshot = readable(snapshot?)?;
            let shop: Option<ShopSnapshot> = shop.and_then(readable);
            let stock: BTreeMap<Uuid, i32> = stock.remove(&snapshot.product_id).unwrap_or_default();
            Some(ProductFacts {
                snapshot,
                rating: Rating { average_x100, count },
                shop,
                stock,
            })
        });
    Ok(facts.collect())
}

/// A page of a shop's products that its owner has switched on, the newest first.
pub async fn active_of_shop(
    conn: &mut Conn,
    shop_id: Uuid,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<ProductFacts>> {
    let ids: Vec<Uuid> = products::table
        .filter(products::shop_id.eq(shop_id))
        .filter(products::is_active)
        .filter(products::product_id.lt(before.unwrap_or(Uuid::max())))
        .order(products::product_id.desc())
        .select(products::product_id)
        .limit(limit)
        .load(conn)
        .await?;
    facts(conn, &ids).await
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
