//! From what the events told of a shop or product to what an index keeps of it, or to nothing if it is hidden.

use std::collections::BTreeMap;

use souk_contracts::events::{ProductSnapshot, ShopSnapshot, ShopStatus};
use uuid::Uuid;

use super::analysis::{bag, squash};
use super::{Card, Kind, Rating};

/// So many reviews weigh as much as the doubt about a thing without any.
const DOUBTING_REVIEWS: f32 = 5.0;
/// What an unknown thing is taken for, of five stars.
const EXPECTED_STARS: f32 = 3.5;

/// What an index keeps: words ready to be matched, and the card for whoever finds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Words of the title or name.
    pub title: String,
    /// Words of the shop's name, categories, options, attributes and article number.
    pub tags: String,
    /// Words of the description.
    pub about: String,
    /// The article number as one word.
    pub code: String,
    /// The title as one word.
    pub whole_title: String,
    /// Multiplies the score: a little above 1 for what is in stock and well rated.
    pub rank: f32,
    /// What a hit shows.
    pub card: Card,
}

/// All that is known of a shop.
#[derive(Debug, Clone, PartialEq)]
pub struct ShopFacts {
    /// Its latest snapshot.
    pub snapshot: ShopSnapshot,
    /// What customers think.
    pub rating: Rating,
}

/// All that is known of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductFacts {
    /// Its latest snapshot.
    pub snapshot: ProductSnapshot,
    /// What customers think.
    pub rating: Rating,
    /// The shop that sells it, as far as it is known.
    pub shop: Option<ShopSnapshot>,
    /// The latest stock by variation, where it is newer than the snapshot.
    pub stock: BTreeMap<Uuid, i32>,
}

impl ShopFacts {
    /// The shop as customers see it, unless it is hidden.
    pub fn card(&self) -> Option<Card> {
        let shop = &self.snapshot;
        (shop.status == ShopStatus::Approved).then(|| Card {
            kind: Kind::Shop,
            id: shop.shop_id,
            shop_id: shop.shop_id,
            shop_name: shop.name.clone(),
            title: shop.name.clone(),
            about: shop.about.clone().unwrap_or_default(),
            slug: Some(shop.slug.clone()),
            image: shop.logo_url.clone(),
            price_from: None,
            available: true,
            rating: self.rating,
        })
    }

    /// What the index keeps, unless the shop is hidden.
    pub fn document(&self) -> Option<Document> {
        Some(Document::new(self.card()?, String::new(), String::new()))
    }
}

impl ProductFacts {
    /// The product as customers see it, unless it or its shop is hidden.
    pub fn card(&self) -> Option<Card> {
        let product = &self.snapshot;
        let shop = self
            .shop
            .as_ref()
            .filter(|shop| shop.status == ShopStatus::Approved)?;
        let buyable = || {
            product
                .variations
                .iter()
                .filter(|variation| self.available(variation.variation_id) > 0)
        };
        let price_from = buyable()
            .map(|variation| variation.price)
            .min_by_key(|price| price.amount);
        let any_price = || {
            product
                .variations
                .iter()
                .map(|variation| variation.price)
                .min_by_key(|p| p.amount)
        };
        product.is_active.then(|| Card {
            kind: Kind::Product,
            id: product.product_id,
            shop_id: product.shop_id,
            shop_name: shop.name.clone(),
            title: product.title.clone(),
            about: product.about.clone().unwrap_or_default(),
            slug: None,
            image: product.images.first().cloned(),
            price_from: price_from.or_else(any_price),
            available: price_from.is_some(),
            rating: self.rating,
        })
    }

    /// What the index keeps, unless the product is hidden.
    pub fn document(&self) -> Option<Document> {
        let card = self.card()?;
        let product = &self.snapshot;
        let mut tags = vec![card.shop_name.as_str(), product.sku.as_str()];
        tags.extend(product.categories.iter().map(|category| category.name.as_str()));
        tags.extend(product.attributes.values().map(String::as_str));
        let mut options: Vec<&str> = product
            .variations
            .iter()
            .flat_map(|v| v.options.values())
            .map(String::as_str)
            .collect();
        options.sort_unstable();
        options.dedup();
        tags.extend(options);
        let tags = bag(&tags.join(" "));
        Some(Document::new(card, tags, squash(&product.sku)))
    }

    fn available(&self, variation: Uuid) -> i32 {
        let told = || {
            self.snapshot
                .variations
                .iter()
                .find(|v| v.variation_id == variation)
                .map(|v| v.available)
        };
        self.stock
            .get(&variation)
            .copied()
            .or_else(told)
            .unwrap_or_default()
    }
}

impl Document {
    fn new(card: Card, tags: String, code: String) -> Self {
        Self {
            title: bag(&card.title),
            tags,
            about: bag(&card.about),
            code,
            whole_title: squash(&card.title),
            rank: rank(&card),
            card,
        }
    }
}

/// Between 1 and 1.1, so that it settles ties and never lifts a typo above what was asked for.
fn rank(card: &Card) -> f32 {
    let stars = f32::from(i16::try_from(card.rating.average_x100.clamp(0, 500)).unwrap_or_default()) / 100.0;
    let count = f32::from(u16::try_from(card.rating.count.clamp(0, 1000)).unwrap_or_default());
    let trusted = (stars * count + EXPECTED_STARS * DOUBTING_REVIEWS) / (count + DOUBTING_REVIEWS);
    let brevity =
        1.0 / f32::from(u16::try_from(card.title.split_whitespace().count().max(1)).unwrap_or(u16::MAX));
    1.0 + if card.available { 0.04 } else { 0.0 } + 0.008 * trusted + 0.02 * brevity
}
