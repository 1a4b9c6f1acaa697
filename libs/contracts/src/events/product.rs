//! `product_events`: the catalogue, its visits and its stock.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::Money;

/// A product as its readers need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductSnapshot {
    /// The product.
    pub product_id: Uuid,
    /// The shop that sells it.
    pub shop_id: Uuid,
    /// The account that owns the shop.
    pub owner_id: Uuid,
    /// Its title.
    pub title: String,
    /// What the shop says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The shop's own number for it.
    pub sku: String,
    /// The categories it was put in.
    pub category_ids: Vec<Uuid>,
    /// Those categories and all above them.
    pub categories: Vec<ProductCategory>,
    /// Facts by name.
    pub attributes: BTreeMap<String, String>,
    /// The owner's switch; to be visible its shop must be approved as well.
    pub is_active: bool,
    /// Whether a variation costs less than it did.
    pub on_sale: bool,
    /// Among the best sold.
    pub top_sale: bool,
    /// Among the most viewed.
    pub top_popular: bool,
    /// The rating when the product last changed. Readers that keep a rating take it from `rating.updated`, which has a
    /// version of its own.
    pub rating: ProductRating,
    /// Addresses of its images, the first is the main one.
    pub images: Vec<String>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// What can be bought.
    pub variations: Vec<ProductVariation>,
}

/// A category as seen from a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProductCategory {
    /// The category.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its unique name in addresses.
    pub slug: String,
}

/// The average of a product's reviews.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProductRating {
    /// A hundred times the average, 0 without reviews.
    pub average_x100: i32,
    /// How many reviews count.
    pub count: i64,
}

/// One way to buy a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductVariation {
    /// The variation.
    pub variation_id: Uuid,
    /// Its options by name, such as `size` and `color`.
    pub options: BTreeMap<String, String>,
    /// What it costs.
    pub price: Money,
    /// What it cost before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_price: Option<Money>,
    /// How many can be bought.
    pub available: i32,
    /// Counts the changes of `available`; the higher one is the newer.
    pub stock_version: i64,
    /// Addresses of its images.
    pub images: Vec<String>,
}

/// A product was added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ProductCreated(pub ProductSnapshot);

/// Something of a product changed, other than stock alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ProductUpdated(pub ProductSnapshot);

/// A product was archived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductDeleted {
    /// The product.
    pub product_id: Uuid,
    /// The shop that sold it.
    pub shop_id: Uuid,
}

/// A visitor read a product's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductViewed {
    /// The product.
    pub product_id: Uuid,
    /// The shop that sells it.
    pub shop_id: Uuid,
    /// A pseudonym of the visitor.
    pub visitor: String,
    /// The account, when logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Uuid>,
}

/// More or fewer of a variation can be bought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StockChanged {
    /// The variation.
    pub variation_id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// The shop that sells it.
    pub shop_id: Uuid,
    /// How many can be bought.
    pub available: i32,
    /// Counts the changes of `available`; the higher one is the newer.
    pub stock_version: i64,
}

/// Stock fell to its threshold or below.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StockLow {
    /// The variation.
    pub variation_id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// The shop that sells it.
    pub shop_id: Uuid,
    /// How many can be bought.
    pub available: i32,
    /// The owner's threshold.
    pub threshold: i32,
}
