//! Variations, with their stock.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_db::Conn;
use uuid::Uuid;

use super::products::{json, texts};
use super::schema::{products, shops, stock, variations};
use super::shops::ShopRow;
use super::stock::StockRow;
use crate::domain::{Live, Offer, Options, Prices, ProductId, Shop, Variation, VariationError, VariationId};
use crate::{Error, Result};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = variations)]
pub(super) struct VariationRow {
    id: Uuid,
    product_id: Uuid,
    options: Value,
    option_key: String,
    currency: String,
    price: i64,
    original_price: Option<i64>,
    cost_price: Option<i64>,
    archived_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<&Variation> for VariationRow {
    fn from(variation: &Variation) -> Self {
        Self {
            id: variation.id.0,
            product_id: variation.product_id.0,
            options: json(variation.options.values()),
            option_key: variation.options.key().to_owned(),
            currency: variation.prices.currency.to_string(),
            price: variation.prices.price,
            original_price: variation.prices.original_price,
            cost_price: variation.prices.cost_price,
            archived_at: variation.archived_at,
            created_at: variation.created_at,
        }
    }
}

impl TryFrom<VariationRow> for Variation {
    type Error = Error;

    fn try_from(row: VariationRow) -> Result<Self> {
        let unreadable = || Error::Unreadable("variations");
        Ok(Self {
            id: VariationId(row.id),
            product_id: ProductId(row.product_id),
            options: Options::stored(texts(row.options).ok_or_else(unreadable)?, row.option_key),
            prices: Prices {
                currency: row.currency.parse().map_err(|_| unreadable())?,
                price: row.price,
                original_price: row.original_price,
                cost_price: row.cost_price,
            },
            archived_at: row.archived_at,
            created_at: row.created_at,
        })
    }
}

/// Adds variations with their stock.
///
/// # Errors
/// [`VariationError::OptionsTaken`].
pub async fn insert(tx: &mut Conn, offers: &[Offer]) -> Result<()> {
    let rows: Vec<VariationRow> = offers.iter().map(|offer| (&offer.variation).into()).collect();
    diesel::insert_into(variations::table)
        .values(rows)
        .execute(tx)
        .await
        .map_err(options_taken)?;
    let rows: Vec<StockRow> = offers.iter().map(|offer| (&offer.stock).into()).collect();
    diesel::insert_into(stock::table).values(rows).execute(tx).await?;
    Ok(())
}

/// The variations of these products that were not deleted, the oldest first.
pub async fn of_products(conn: &mut Conn, products: &[Uuid]) -> Result<Vec<Offer>> {
    let rows = variations::table
        .inner_join(stock::table)
        .filter(variations::product_id.eq_any(products))
        .filter(variations::archived_at.is_null())
        .order(variations::id)
        .select((VariationRow::as_select(), StockRow::as_select()))
        .load::<(VariationRow, StockRow)>(conn)
        .await?;
    rows.into_iter().map(offer).collect()
}

/// These variations as they are now, with what carts show of their products; unknown ones are absent.
pub async fn live(conn: &mut Conn, ids: &[VariationId]) -> Result<Vec<Live>> {
    let ids = ids.iter().map(|id| id.0);
    let rows = variations::table
        .inner_join(stock::table)
        .inner_join(products::table.inner_join(shops::table))
        .filter(variations::id.eq_any(ids))
        .select((
            VariationRow::as_select(),
            StockRow::as_select(),
            ShopRow::as_select(),
            (
                products::title,
                products::sku,
                products::version,
                products::is_active,
                products::archived_at.is_not_null(),
            ),
        ))
        .load::<(VariationRow, StockRow, ShopRow, (String, String, i64, bool, bool))>(conn)
        .await?;
    let live = |(variation, stock, shop, product)| {
        let (title, sku, product_version, is_active, product_archived) = product;
        let (offer, shop) = (offer((variation, stock))?, Shop::from(shop));
        Ok(Live {
            offer,
            shop,
            title,
            sku,
            product_version,
            is_active,
            product_archived,
        })
    };
    rows.into_iter().map(live).collect()
}

fn offer((variation, stock): (VariationRow, StockRow)) -> Result<Offer> {
    Ok(Offer {
        variation: variation.try_into()?,
        stock: stock.into(),
    })
}

/// Writes what an owner may change of a variation.
///
/// # Errors
/// [`VariationError::OptionsTaken`].
pub async fn save(tx: &mut Conn, offer: &Offer) -> Result<()> {
    let (variation, prices) = (&offer.variation, &offer.variation.prices);
    diesel::update(variations::table.find(variation.id.0))
        .set((
            variations::options.eq(json(variation.options.values())),
            variations::option_key.eq(variation.options.key()),
            variations::price.eq(prices.price),
            variations::original_price.eq(prices.original_price),
            variations::cost_price.eq(prices.cost_price),
            variations::archived_at.eq(variation.archived_at),
            variations::updated_at.eq(now),
        ))
        .execute(tx)
        .await
        .map_err(options_taken)?;
    Ok(())
}

fn options_taken(error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    if error.violated_unique() == Some("variations_options") {
        VariationError::OptionsTaken.into()
    } else {
        error
    }
}
