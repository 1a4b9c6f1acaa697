//! From the stored snapshots of a shop or product to what an index keeps of it.

use std::collections::{BTreeMap, BTreeSet};

use souk_contracts::events::{ProductSnapshot, ShopSnapshot};
use uuid::Uuid;

use super::analysis::{alnum_key, index_text, is_dictionary_word};
use super::card::{Card, CardVariation, Key, Kind, Rating};
use super::facet::{FacetValue, Spellings};
use super::filters::is_on_sale;

/// So many reviews weigh as much as the doubt about a thing without any.
const DOUBTING_REVIEWS: f32 = 5.0;
/// What an unknown thing is taken for, of five stars.
const EXPECTED_STARS: f32 = 3.5;
/// The attribute that holds a barcode.
const BARCODE: &str = "gtin";

/// What an index keeps: words ready to be matched, values to filter and count by, and the card that a hit shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Raised by every change; an index never replaces a document by one of a lower version.
    pub version: i64,
    /// Words of the title or name.
    pub title: String,
    /// Words of the shop's name, categories, options, attributes and SKU.
    pub tags: String,
    /// Words of the description.
    pub about: String,
    /// SKU and barcode as one word each.
    pub codes: Vec<String>,
    /// The title as one word.
    pub whole_title: String,
    /// Multiplies the score: a little above 1 for what is in stock and well rated.
    pub rank: f32,
    /// The shop that sells the product.
    pub shop: FacetValue,
    /// The product's categories and all above them.
    pub categories: Vec<FacetValue>,
    /// The product's attributes.
    pub attributes: Vec<FacetValue>,
    /// What can be bought, in the order of the card's variations.
    pub variations: Vec<DocumentVariation>,
    /// What a hit shows.
    pub card: Card,
}

/// What a variation is filtered and counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentVariation {
    /// Price in minor units.
    pub price: i64,
    /// Whether it can be bought now.
    pub available: bool,
    /// Whether it costs less than before.
    pub on_sale: bool,
    /// Its options.
    pub options: Vec<FacetValue>,
}

/// All that is known of a shop.
#[derive(Debug, Clone, PartialEq)]
pub struct ShopFacts {
    /// Its latest snapshot.
    pub snapshot: ShopSnapshot,
    /// The average of its reviews.
    pub rating: Rating,
    /// The version of its document.
    pub version: i64,
}

/// All that is known of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductFacts {
    /// Its latest snapshot.
    pub snapshot: ProductSnapshot,
    /// The average of its reviews.
    pub rating: Rating,
    /// The name of the shop that sells it, as far as it is known.
    pub shop_name: Option<String>,
    /// The latest stock by variation, where it is newer than the snapshot.
    pub stock: BTreeMap<Uuid, i32>,
    /// The version of its document.
    pub version: i64,
}

impl ShopFacts {
    /// What the index keeps. Whether the shop may be seen is decided by each search.
    pub fn document(&self) -> Document {
        let shop = &self.snapshot;
        let card = Card {
            kind: Kind::Shop,
            id: shop.shop_id,
            shop_id: shop.shop_id,
            shop_name: shop.name.clone(),
            title: shop.name.clone(),
            about: shop.about.clone().unwrap_or_default(),
            slug: Some(shop.slug.clone()),
            image: shop.logo_url.clone(),
            rating: self.rating,
            variations: Vec::new(),
        };
        Document::new(card, self.version)
    }
}

impl ProductFacts {
    /// What the index keeps, unless the product is switched off. Whether its shop may sell is decided by each search.
    pub fn document(&self) -> Option<Document> {
        let product = &self.snapshot;
        if !product.is_active {
            return None;
        }
        let mut spellings = Spellings::default();
        let mut card_variations = Vec::with_capacity(product.variations.len());
        let mut variations = Vec::with_capacity(product.variations.len());
        for variation in &product.variations {
            let available = self.available(variation.variation_id, variation.available) > 0;
            let options = spellings.unify_all(&variation.options);
            card_variations.push(CardVariation {
                id: variation.variation_id,
                price: variation.price,
                original_price: variation.original_price,
                available,
                options: options
                    .iter()
                    .map(|option| (option.name.clone(), option.label.clone()))
                    .collect(),
            });
            variations.push(DocumentVariation {
                price: variation.price.amount,
                available,
                on_sale: is_on_sale(variation.price, variation.original_price),
                options,
            });
        }
        let card = Card {
            kind: Kind::Product,
            id: product.product_id,
            shop_id: product.shop_id,
            shop_name: self.shop_name.clone().unwrap_or_default(),
            title: product.title.clone(),
            about: product.about.clone().unwrap_or_default(),
            slug: None,
            image: product.images.first().cloned(),
            rating: self.rating,
            variations: card_variations,
        };
        let mut document = Document::new(card, self.version);
        document.tags = self.tags(&variations);
        document.codes = self.codes();
        document.categories = product
            .categories
            .iter()
            .map(|category| FacetValue::identified(category.id, &category.name))
            .collect();
        document.attributes = Spellings::default().unify_all(&product.attributes);
        document.variations = variations;
        Some(document)
    }

    fn tags(&self, variations: &[DocumentVariation]) -> String {
        let product = &self.snapshot;
        let mut tags = vec![
            self.shop_name.as_deref().unwrap_or_default(),
            product.sku.as_str(),
        ];
        tags.extend(product.categories.iter().map(|category| category.name.as_str()));
        tags.extend(product.attributes.values().map(String::as_str));
        let options: BTreeSet<&str> = variations
            .iter()
            .flat_map(|variation| variation.options.iter().map(|option| option.label.as_str()))
            .collect();
        tags.extend(options);
        index_text(&tags.join(" "))
    }

    /// SKU and barcode, each as one word.
    fn codes(&self) -> Vec<String> {
        let barcode = self
            .snapshot
            .attributes
            .iter()
            .find(|(name, _)| name.trim().eq_ignore_ascii_case(BARCODE))
            .map(|(_, code)| code.as_str());
        [Some(self.snapshot.sku.as_str()), barcode]
            .into_iter()
            .flatten()
            .map(alnum_key)
            .filter(|code| !code.is_empty())
            .collect()
    }

    fn available(&self, variation: Uuid, in_snapshot: i32) -> i32 {
        self.stock.get(&variation).copied().unwrap_or(in_snapshot)
    }
}

impl Document {
    fn new(card: Card, version: i64) -> Self {
        Self {
            version,
            title: index_text(&card.title),
            tags: String::new(),
            about: index_text(&card.about),
            codes: Vec::new(),
            whole_title: alnum_key(&card.title),
            rank: rank(&card),
            shop: FacetValue::identified(card.shop_id, &card.shop_name),
            categories: Vec::new(),
            attributes: Vec::new(),
            variations: Vec::new(),
            card,
        }
    }

    /// Its place in the index.
    pub fn key(&self) -> Key {
        self.card.key()
    }

    /// The words that unfinished and mistyped words of a query can mean.
    pub fn dictionary_words(&self) -> impl Iterator<Item = &str> {
        [&self.title, &self.tags, &self.about]
            .into_iter()
            .flat_map(|text| text.split(' '))
            .filter(|word| is_dictionary_word(word))
    }
}

/// Between 1 and 1.1, so that it settles ties and never lifts a typo above an exact match.
fn rank(card: &Card) -> f32 {
    let available = card.kind == Kind::Shop || card.variations.iter().any(|variation| variation.available);
    let stars = f32::from(i16::try_from(card.rating.average_x100.clamp(0, 500)).unwrap_or_default()) / 100.0;
    let count = f32::from(u16::try_from(card.rating.count.clamp(0, 1000)).unwrap_or_default());
    let trusted = (stars * count + EXPECTED_STARS * DOUBTING_REVIEWS) / (count + DOUBTING_REVIEWS);
    let brevity =
        1.0 / f32::from(u16::try_from(card.title.split_whitespace().count().max(1)).unwrap_or(u16::MAX));
    1.0 + if available { 0.04 } else { 0.0 } + 0.008 * trusted + 0.02 * brevity
}
