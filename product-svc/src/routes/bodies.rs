//! What several resources show.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_contracts::Money;
use souk_http::ETag;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::ValidationError;

use crate::domain::{Listing, Offer, Stats};

/// A product.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Product)]
pub struct ProductBody {
    /// Id.
    pub id: Uuid,
    /// The shop that sells it.
    pub shop_id: Uuid,
    /// Title.
    #[schema(example = "Winter boots")]
    pub title: String,
    /// What the shop says of it.
    pub about: Option<String>,
    /// The shop's own number for it.
    #[schema(example = "BOOT-42")]
    pub sku: String,
    /// The categories it was put in.
    pub category_ids: Vec<Uuid>,
    /// Facts by name.
    #[schema(example = json!({"brand": "Araz"}))]
    pub attributes: BTreeMap<String, String>,
    /// The owner's switch.
    pub is_active: bool,
    /// Whether a variation costs less than before.
    pub on_sale: bool,
    /// Among the best sold.
    pub top_sale: bool,
    /// Among the most viewed.
    pub top_popular: bool,
    /// What customers think.
    pub rating: RatingBody,
    /// What can be bought, the oldest first.
    pub variations: Vec<VariationBody>,
    /// When it was deleted; only its owner and operators see it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// The average of reviews.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Rating)]
pub struct RatingBody {
    /// 1 to 5; 0 without reviews.
    #[schema(example = 4.5)]
    pub average: f64,
    /// How many reviews count.
    pub count: i64,
}

/// One way to buy a product.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Variation)]
pub struct VariationBody {
    /// Id.
    pub id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// What tells it from the others, by name.
    #[schema(example = json!({"size": "42", "color": "black"}))]
    pub options: BTreeMap<String, String>,
    /// What one piece costs.
    pub price: Money,
    /// What it cost before.
    pub original_price: Option<Money>,
    /// How much lower the price is than before.
    #[schema(example = 25)]
    pub discount_percent: Option<i32>,
    /// What it costs the shop; shown to its owner only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_price: Option<Money>,
    /// Pieces that can be bought.
    #[schema(example = 12)]
    pub available: i32,
    /// At this many pieces or fewer the owner is told.
    pub low_stock_threshold: Option<i32>,
    /// Its pictures.
    pub images: Vec<ImageBody>,
}

/// A picture of a variation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Image)]
pub struct ImageBody {
    /// Id.
    pub id: Uuid,
    /// Where it is.
    pub url: String,
    /// What it shows, in words.
    pub alt: Option<String>,
}

impl ProductBody {
    /// A product as its owner sees it, or as everyone else does.
    pub fn of(listing: Listing, for_owner: bool) -> Self {
        let on_sale = listing.is_on_sale();
        let (product, stats) = (listing.product, listing.stats);
        Self {
            id: product.id.0,
            shop_id: product.shop_id.0,
            title: product.title,
            about: product.about,
            sku: product.sku,
            category_ids: product.category_ids.iter().map(|id| id.0).collect(),
            attributes: product.attributes,
            is_active: product.is_active,
            on_sale,
            top_sale: stats.top_sale,
            top_popular: stats.top_popular,
            rating: stats.into(),
            variations: listing
                .offers
                .into_iter()
                .map(|offer| VariationBody::of(offer, for_owner))
                .collect(),
            deleted_at: product.archived_at,
            created_at: product.created_at,
            updated_at: product.updated_at,
        }
    }
}

impl VariationBody {
    /// A variation as its owner sees it, or as everyone else does.
    pub fn of(offer: Offer, for_owner: bool) -> Self {
        let discount_percent = offer.variation.discount_percent();
        let variation = offer.variation;
        let prices = variation.prices;
        Self {
            id: variation.id.0,
            product_id: variation.product_id.0,
            options: variation.options.values().clone(),
            price: prices.money(prices.price),
            original_price: prices.original_price.map(|amount| prices.money(amount)),
            discount_percent,
            cost_price: prices
                .cost_price
                .filter(|_| for_owner)
                .map(|amount| prices.money(amount)),
            available: offer.stock.available,
            low_stock_threshold: offer.stock.low_stock_threshold,
            images: Vec::new(),
        }
    }
}

impl From<Stats> for RatingBody {
    fn from(stats: Stats) -> Self {
        Self {
            average: f64::from(stats.rating_average_x100) / 100.0,
            count: stats.rating_count,
        }
    }
}

/// The tag of a product's page: its version, by which writes are compared, and what else the page shows.
///
/// Stock moves without a new version of the product; of the same variations, the sum of stock versions only grows.
pub fn tag(listing: &Listing, for_owner: bool) -> ETag {
    let stock: i64 = listing.offers.iter().map(|offer| offer.stock.version).sum();
    let view = if for_owner { "-owner" } else { "" };
    ETag::new(format!("{}-{stock}{view}", listing.product.version))
}

/// Refuses a text that is only spaces; that it is not empty is for the length to say.
pub fn not_blank(text: &str) -> Result<(), ValidationError> {
    if !text.is_empty() && text.trim().is_empty() {
        Err(ValidationError::new("blank"))
    } else {
        Ok(())
    }
}
