//! Products, for writing.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_db::Conn;
use uuid::Uuid;

use super::schema::{product_categories, product_stats, products, variations};
use crate::domain::{CategoryId, Listing, Product, ProductError, ProductId, ShopId, VariationId};
use crate::{Error, Result};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = products)]
pub(super) struct ProductRow {
    pub(super) id: Uuid,
    shop_id: Uuid,
    title: String,
    about: Option<String>,
    sku: String,
    attributes: Value,
    is_active: bool,
    archived_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl ProductRow {
    fn of(product: &Product) -> Self {
        Self {
            id: product.id.0,
            shop_id: product.shop_id.0,
            title: product.title.clone(),
            about: product.about.clone(),
            sku: product.sku.clone(),
            attributes: json(&product.attributes),
            is_active: product.is_active,
            archived_at: product.archived_at,
            version: product.version,
            created_at: product.created_at,
            updated_at: product.updated_at,
        }
    }

    pub(super) fn into_product(self, category_ids: Vec<CategoryId>) -> Result<Product> {
        Ok(Product {
            id: ProductId(self.id),
            shop_id: ShopId(self.shop_id),
            title: self.title,
            about: self.about,
            sku: self.sku,
            category_ids,
            attributes: texts(self.attributes).ok_or(Error::Unreadable("products"))?,
            is_active: self.is_active,
            archived_at: self.archived_at,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// Texts by name as a JSON object.
pub(super) fn json(texts: &BTreeMap<String, String>) -> Value {
    texts
        .iter()
        .map(|(name, text)| (name.clone(), Value::from(text.as_str())))
        .collect()
}

/// The texts of a JSON object.
pub(super) fn texts(value: Value) -> Option<BTreeMap<String, String>> {
    serde_json::from_value(value).ok()
}

/// Adds a product.
///
/// # Errors
/// [`ProductError::SkuTaken`].
pub async fn insert(tx: &mut Conn, product: &Product) -> Result<()> {
    diesel::insert_into(products::table)
        .values(ProductRow::of(product))
        .execute(tx)
        .await
        .map_err(sku_taken)?;
    diesel::insert_into(product_stats::table)
        .values(product_stats::product_id.eq(product.id.0))
        .execute(tx)
        .await?;
    insert_categories(tx, product).await
}

/// Locks the product until the transaction ends, if there is one. Its stock, if needed, is locked after it.
pub async fn lock(tx: &mut Conn, id: ProductId) -> Result<()> {
    products::table
        .find(id.0)
        .select(products::id)
        .for_no_key_update()
        .execute(tx)
        .await?;
    Ok(())
}

/// The ids of up to `limit` products after one, without deleted ones.
pub async fn ids_after(conn: &mut Conn, after: Option<ProductId>, limit: i64) -> Result<Vec<ProductId>> {
    let ids: Vec<Uuid> = products::table
        .filter(products::archived_at.is_null())
        .filter(products::id.gt(after.map_or(Uuid::nil(), |id| id.0)))
        .order(products::id)
        .select(products::id)
        .limit(limit)
        .load(conn)
        .await?;
    Ok(ids.into_iter().map(ProductId).collect())
}

/// The product of a variation.
pub async fn of_variation(conn: &mut Conn, variation: VariationId) -> Result<Option<ProductId>> {
    let id = variations::table
        .find(variation.0)
        .select(variations::product_id)
        .get_result(conn)
        .await
        .optional()?;
    Ok(id.map(ProductId))
}

/// Writes the product, and what lists derive of its variations.
///
/// # Errors
/// [`ProductError::SkuTaken`].
pub async fn save(tx: &mut Conn, listing: &Listing) -> Result<()> {
    let product = &listing.product;
    diesel::update(products::table.find(product.id.0))
        .set((
            products::title.eq(&product.title),
            products::about.eq(&product.about),
            products::sku.eq(&product.sku),
            products::attributes.eq(json(&product.attributes)),
            products::is_active.eq(product.is_active),
            products::archived_at.eq(product.archived_at),
            products::version.eq(product.version),
            products::updated_at.eq(product.updated_at),
            products::price_from.eq(listing.price_from()),
            products::on_sale.eq(listing.is_on_sale()),
        ))
        .execute(tx)
        .await
        .map_err(sku_taken)?;
    Ok(())
}

/// Puts the product in its categories and in no other.
pub async fn replace_categories(tx: &mut Conn, product: &Product) -> Result<()> {
    diesel::delete(product_categories::table.filter(product_categories::product_id.eq(product.id.0)))
        .execute(tx)
        .await?;
    insert_categories(tx, product).await
}

async fn insert_categories(tx: &mut Conn, product: &Product) -> Result<()> {
    let rows: Vec<_> = product
        .category_ids
        .iter()
        .map(|category| {
            (
                product_categories::product_id.eq(product.id.0),
                product_categories::category_id.eq(category.0),
            )
        })
        .collect();
    if !rows.is_empty() {
        diesel::insert_into(product_categories::table)
            .values(rows)
            .execute(tx)
            .await?;
    }
    Ok(())
}

fn sku_taken(error: diesel::result::Error) -> Error {
    let error = Error::from(error);
    if error.violated_unique() == Some("products_sku") {
        ProductError::SkuTaken.into()
    } else {
        error
    }
}
