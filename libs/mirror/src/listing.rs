//! What is known of a variation, from a live answer or from events.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_clients::product::VariationSnapshot;
use souk_contracts::{Currency, Money};
use souk_db::Conn;
use uuid::Uuid;

use crate::Result;
use crate::schema::{mirror_products, mirror_shops, mirror_stock, mirror_variations};

/// A variation as it can be shown and judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The variation.
    pub variation_id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// The shop that sells it.
    pub shop_id: Uuid,
    /// The user who owns that shop; unknown only after a deletion that came first.
    pub owner_id: Option<Uuid>,
    /// Title of the product.
    pub title: String,
    /// Name and value of each option.
    pub options: BTreeMap<String, String>,
    /// What one piece costs.
    pub price: Money,
    /// Pieces that can be bought; 0 when it may not be sold.
    pub available: i32,
    /// Counts the changes of the product.
    pub product_version: i64,
    /// Counts the changes of stock.
    pub stock_version: i64,
    /// Whether it may be sold at all: shop approved, product active, nothing deleted.
    pub sellable: bool,
}

impl From<VariationSnapshot> for Listing {
    fn from(live: VariationSnapshot) -> Self {
        let sellable = live.sellable && !live.archived;
        Self {
            variation_id: live.variation_id,
            product_id: live.product_id,
            shop_id: live.shop_id,
            owner_id: Some(live.owner_id),
            title: live.title,
            options: live.options,
            price: live.price,
            available: if sellable { live.available } else { 0 },
            product_version: live.product_version,
            stock_version: live.stock_version,
            sellable,
        }
    }
}

#[derive(Queryable)]
struct Row {
    variation_id: Uuid,
    options: Value,
    price_amount: i64,
    price_currency: String,
    variation_deleted: bool,
    product_id: Uuid,
    shop_id: Uuid,
    owner_id: Option<Uuid>,
    title: String,
    is_active: bool,
    product_deleted: bool,
    product_version: i64,
    available: Option<i32>,
    stock_version: Option<i64>,
    shop_status: Option<String>,
}

impl Listing {
    fn of(row: Row) -> Result<Self> {
        let currency: Currency = row.price_currency.parse().map_err(unreadable)?;
        let may_sell = row.shop_status.is_none_or(|status| status == "approved");
        let sellable = may_sell && row.is_active && !row.product_deleted && !row.variation_deleted;
        Ok(Self {
            variation_id: row.variation_id,
            product_id: row.product_id,
            shop_id: row.shop_id,
            owner_id: row.owner_id,
            title: row.title,
            options: serde_json::from_value(row.options).map_err(unreadable)?,
            price: Money::new(row.price_amount, currency),
            available: if sellable { row.available.unwrap_or(0) } else { 0 },
            product_version: row.product_version,
            stock_version: row.stock_version.unwrap_or(0),
            sellable,
        })
    }
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> diesel::result::Error {
    diesel::result::Error::DeserializationError(Box::new(error))
}

/// What events have told of these variations; those never heard of are absent.
///
/// A shop that was never heard of counts as approved, since only such shops have products.
///
/// # Errors
/// When the database fails.
pub async fn listings(conn: &mut Conn, variation_ids: &[Uuid]) -> Result<HashMap<Uuid, Listing>> {
    use mirror_products as p;
    use mirror_variations as v;
    let rows: Vec<Row> = v::table
        .inner_join(p::table.on(p::product_id.eq(v::product_id)))
        .left_join(mirror_stock::table.on(mirror_stock::variation_id.eq(v::variation_id)))
        .left_join(mirror_shops::table.on(mirror_shops::shop_id.eq(p::shop_id)))
        .filter(v::variation_id.eq_any(variation_ids))
        .select((
            v::variation_id,
            v::options,
            v::price_amount,
            v::price_currency,
            v::is_deleted,
            p::product_id,
            p::shop_id,
            p::owner_id,
            p::title,
            p::is_active,
            p::is_deleted,
            p::version,
            mirror_stock::available.nullable(),
            mirror_stock::version.nullable(),
            mirror_shops::status.nullable(),
        ))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|row| Ok((row.variation_id, Listing::of(row)?)))
        .collect()
}
