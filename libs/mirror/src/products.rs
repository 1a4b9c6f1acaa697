//! Products and their variations.

use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};
use souk_contracts::events::{ProductDeleted, ProductSnapshot};
use souk_db::Conn;
use uuid::Uuid;

use crate::schema::{mirror_products, mirror_variations};
use crate::stock::{self, StockRow};
use crate::{Listing, Result, listings};

#[derive(Insertable)]
#[diesel(table_name = mirror_products)]
struct ProductRow<'a> {
    product_id: Uuid,
    shop_id: Uuid,
    owner_id: Option<Uuid>,
    title: &'a str,
    is_active: bool,
    is_deleted: bool,
    version: i64,
}

#[derive(Insertable)]
#[diesel(table_name = mirror_variations)]
struct VariationRow<'a> {
    variation_id: Uuid,
    product_id: Uuid,
    options: Value,
    price_amount: i64,
    price_currency: &'a str,
    is_deleted: bool,
    seen_version: i64,
}

/// Takes over the snapshot of a product event, unless something newer is known.
///
/// Answers the variations that the product has no more.
///
/// # Errors
/// When the database fails.
pub async fn record(tx: &mut Conn, product: &ProductSnapshot, version: i64) -> Result<Vec<Uuid>> {
    let row = ProductRow {
        product_id: product.product_id,
        shop_id: product.shop_id,
        owner_id: Some(product.owner_id),
        title: &product.title,
        is_active: product.is_active,
        is_deleted: false,
        version,
    };
    let is_newer = save_if_newer(tx, row).await?;
    let mut gone = Vec::new();
    if is_newer {
        let rows = product.variations.iter().map(|variation| VariationRow {
            variation_id: variation.variation_id,
            product_id: product.product_id,
            options: options_json(&variation.options),
            price_amount: variation.price.amount,
            price_currency: variation.price.currency.as_str(),
            is_deleted: false,
            seen_version: version,
        });
        save_variations(tx, rows.collect()).await?;
        let kept = product.variations.iter().map(|variation| variation.variation_id);
        gone = drop_variations(tx, product.product_id, version, kept.collect()).await?;
    }
    // Stock has versions of its own and may be newer even in a product event that is old.
    stock::save(tx, product.variations.iter().map(StockRow::from)).await?;
    Ok(gone)
}

/// Takes over `product.deleted`; the product stays known as deleted.
///
/// # Errors
/// When the database fails.
pub async fn delete(tx: &mut Conn, product: &ProductDeleted, version: i64) -> Result<()> {
    let row = ProductRow {
        product_id: product.product_id,
        shop_id: product.shop_id,
        owner_id: None,
        title: "",
        is_active: false,
        is_deleted: true,
        version,
    };
    let upsert = diesel::insert_into(mirror_products::table)
        .values(row)
        .on_conflict(mirror_products::product_id)
        .do_update()
        .set((
            mirror_products::is_active.eq(false),
            mirror_products::is_deleted.eq(true),
            mirror_products::version.eq(excluded(mirror_products::version)),
        ));
    methods::FilterDsl::filter(
        upsert,
        mirror_products::version.lt(excluded(mirror_products::version)),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps a variation that may be sold, as its service answered just now, because its events may still be on their
/// way. Nothing changes where events have told as much.
///
/// The version stays as it was, so that no event is taken for an old one.
///
/// # Errors
/// When the database fails.
pub async fn remember(tx: &mut Conn, live: &Listing) -> Result<()> {
    let known = listings(tx, &[live.variation_id])
        .await?
        .remove(&live.variation_id);
    // Many customers want the same thing: do not write what is known, and leave its stock to events.
    if known.is_some_and(|known| known.product_version >= live.product_version) {
        return Ok(());
    }
    let product = ProductRow {
        product_id: live.product_id,
        shop_id: live.shop_id,
        owner_id: live.owner_id,
        title: &live.title,
        is_active: live.sellable,
        is_deleted: false,
        version: 0,
    };
    let upsert = diesel::insert_into(mirror_products::table)
        .values(product)
        .on_conflict(mirror_products::product_id)
        .do_update()
        .set((
            mirror_products::title.eq(excluded(mirror_products::title)),
            mirror_products::is_active.eq(excluded(mirror_products::is_active)),
        ));
    let older = mirror_products::version
        .lt(live.product_version)
        .and(mirror_products::is_deleted.eq(false));
    let is_newer = methods::FilterDsl::filter(upsert, older).execute(tx).await? == 1;
    let variation = VariationRow {
        variation_id: live.variation_id,
        product_id: live.product_id,
        options: options_json(&live.options),
        price_amount: live.price.amount,
        price_currency: live.price.currency.as_str(),
        is_deleted: false,
        seen_version: live.product_version,
    };
    if is_newer {
        save_variations(tx, vec![variation]).await?;
    } else {
        // Others refer to it, so it must be there, even if its product is known only as deleted.
        let insert = diesel::insert_into(mirror_variations::table).values(variation);
        insert.on_conflict_do_nothing().execute(tx).await?;
    }
    stock::save(tx, [StockRow::from(live)]).await
}

async fn save_if_newer(tx: &mut Conn, row: ProductRow<'_>) -> Result<bool> {
    let upsert = diesel::insert_into(mirror_products::table)
        .values(row)
        .on_conflict(mirror_products::product_id)
        .do_update()
        .set((
            mirror_products::shop_id.eq(excluded(mirror_products::shop_id)),
            mirror_products::owner_id.eq(excluded(mirror_products::owner_id)),
            mirror_products::title.eq(excluded(mirror_products::title)),
            mirror_products::is_active.eq(excluded(mirror_products::is_active)),
            mirror_products::is_deleted.eq(excluded(mirror_products::is_deleted)),
            mirror_products::version.eq(excluded(mirror_products::version)),
        ));
    let rows = methods::FilterDsl::filter(
        upsert,
        mirror_products::version.lt(excluded(mirror_products::version)),
    )
    .execute(tx)
    .await?;
    Ok(rows == 1)
}

async fn save_variations(tx: &mut Conn, rows: Vec<VariationRow<'_>>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(mirror_variations::table)
        .values(rows)
        .on_conflict(mirror_variations::variation_id)
        .do_update()
        .set((
            mirror_variations::options.eq(excluded(mirror_variations::options)),
            mirror_variations::price_amount.eq(excluded(mirror_variations::price_amount)),
            mirror_variations::price_currency.eq(excluded(mirror_variations::price_currency)),
            mirror_variations::is_deleted.eq(excluded(mirror_variations::is_deleted)),
            mirror_variations::seen_version.eq(excluded(mirror_variations::seen_version)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Marks what this version of the product does not have as deleted; not what was seen in a later one.
async fn drop_variations(
    tx: &mut Conn,
    product_id: Uuid,
    version: i64,
    kept: Vec<Uuid>,
) -> Result<Vec<Uuid>> {
    let gone = mirror_variations::table
        .filter(mirror_variations::product_id.eq(product_id))
        .filter(mirror_variations::is_deleted.eq(false))
        .filter(mirror_variations::seen_version.le(version))
        .filter(mirror_variations::variation_id.ne_all(kept));
    diesel::update(gone)
        .set(mirror_variations::is_deleted.eq(true))
        .returning(mirror_variations::variation_id)
        .get_results(tx)
        .await
}

fn options_json(options: &std::collections::BTreeMap<String, String>) -> Value {
    let pairs = options
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    Value::Object(pairs.collect::<Map<_, _>>())
}
