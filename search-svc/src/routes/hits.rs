//! Hits as clients see them.

use std::collections::BTreeMap;

use serde::Serialize;
use souk_contracts::Money;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::{Card, Kind, ProductFilters, Rating, TextQuery, excerpt, mark};

/// Characters of a description that a hit shows.
const EXCERPT: usize = 160;

/// A product that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductHit {
    /// Always `product`.
    #[schema(value_type = String, example = "product")]
    kind: Kind,
    /// The product.
    id: Uuid,
    /// Its title.
    #[schema(example = "Blue suede shoes")]
    title: String,
    /// The shop that sells it.
    shop_id: Uuid,
    /// That shop's name.
    #[schema(example = "Ali Baba")]
    shop_name: String,
    /// The variation that `price_from` is the price of; `null` for a product without variations.
    #[schema(required)]
    variation_id: Option<Uuid>,
    /// The lowest price of the variations that meet the filters: of those that can be bought now, or of all if none can.
    #[schema(required)]
    price_from: Option<Money>,
    /// What that variation cost before.
    #[schema(required)]
    original_price: Option<Money>,
    /// Whether that variation costs less than before.
    on_sale: bool,
    /// Whether any of the variations that meet the filters can be bought now.
    available: bool,
    /// What customers think.
    rating: HitRating,
    /// Its main image.
    #[schema(required)]
    image_url: Option<String>,
    /// What was found, by field (`title`, `about`, `shop_name`): HTML with the words in `<em>`.
    #[schema(example = json!({"title": "Blue suede <em>shoes</em>"}))]
    highlights: BTreeMap<&'static str, String>,
}

/// A shop that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShopHit {
    /// Always `shop`.
    #[schema(value_type = String, example = "shop")]
    kind: Kind,
    /// The shop.
    id: Uuid,
    /// The shop, as in the hits of its products.
    shop_id: Uuid,
    /// Its name.
    #[schema(example = "Ali Baba")]
    name: String,
    /// Its unique name in addresses.
    #[schema(required, example = "ali-baba")]
    slug: Option<String>,
    /// Its logo.
    #[schema(required)]
    logo_url: Option<String>,
    /// What customers think.
    rating: HitRating,
    /// What was found, by field (`name`, `about`): HTML with the words in `<em>`.
    #[schema(example = json!({"name": "<em>Ali</em> Baba"}))]
    highlights: BTreeMap<&'static str, String>,
}

/// What customers think of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitRating {
    /// The average of 1 to 5 stars, 0 without reviews.
    #[schema(minimum = 0, maximum = 5, example = 4.5)]
    average: f64,
    /// How many reviews count.
    #[schema(minimum = 0, example = 12)]
    count: i64,
}

impl From<Rating> for HitRating {
    fn from(rating: Rating) -> Self {
        Self {
            average: f64::from(rating.average_x100) / 100.0,
            count: rating.count,
        }
    }
}

impl ProductHit {
    /// A product that meets the filters, found by these words or listed without any.
    pub fn new(card: Card, filters: &ProductFilters, words: Option<&TextQuery>) -> Self {
        let offer = filters.offer(&card);
        let highlights = words.map(|words| {
            collect([
                ("title", mark(&card.title, words)),
                ("about", excerpt(&card.about, words, EXCERPT)),
                ("shop_name", mark(&card.shop_name, words)),
            ])
        });
        Self {
            kind: card.kind,
            id: card.id,
            title: card.title,
            shop_id: card.shop_id,
            shop_name: card.shop_name,
            variation_id: offer.map(|offer| offer.variation_id),
            price_from: offer.map(|offer| offer.price),
            original_price: offer.and_then(|offer| offer.original_price),
            on_sale: offer.is_some_and(|offer| offer.on_sale()),
            available: offer.is_some_and(|offer| offer.available),
            rating: card.rating.into(),
            image_url: card.image,
            highlights: highlights.unwrap_or_default(),
        }
    }
}

impl ShopHit {
    /// A shop found by these words.
    pub fn new(card: Card, words: &TextQuery) -> Self {
        let highlights = collect([
            ("name", mark(&card.title, words)),
            ("about", excerpt(&card.about, words, EXCERPT)),
        ]);
        Self {
            kind: card.kind,
            id: card.id,
            shop_id: card.shop_id,
            name: card.title,
            slug: card.slug,
            logo_url: card.image,
            rating: card.rating.into(),
            highlights,
        }
    }
}

fn collect<const N: usize>(marked: [(&'static str, Option<String>); N]) -> BTreeMap<&'static str, String> {
    marked
        .into_iter()
        .filter_map(|(field, html)| Some((field, html?)))
        .collect()
}
