//! Products made up from their number: the same ones for whoever fills the database, searches or changes them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use e2e::torture::dice::Dice;
use souk_contracts::events::{
    ProductCategory, ProductRating, ProductSnapshot, ProductVariation, ShopSnapshot, ShopStatus,
};
use souk_contracts::{Currency, Money};
use uuid::{Builder, Uuid};

use crate::vocabulary::Vocabulary;

/// Shops that there are.
pub const SHOPS: u32 = 5_000;
/// Categories at the top, and below each of them: 300 together.
const TOP_CATEGORIES: u32 = 30;
const SUBCATEGORIES: u32 = 9;

const TITLE_WORDS: usize = 6;
const ABOUT_WORDS: usize = 40;
const VARIATIONS: u32 = 3;
const SOLD_OUT_PERCENT: u32 = 20;
const ON_SALE_PERCENT: u32 = 15;
const RATED_PERCENT: u32 = 60;

/// Values of the option `color`.
pub const COLORS: [&str; 12] = [
    "Black", "White", "Red", "Blue", "Green", "Yellow", "Brown", "Grey", "Pink", "Purple", "Orange", "Beige",
];
const SIZES: [&str; 8] = ["XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL"];
/// Names of attributes, and how many values each has.
const ATTRIBUTES: [(&str, u32); 4] = [("brand", 500), ("material", 40), ("origin", 60), ("style", 25)];
/// Attributes are named by rare words: they add nothing to what a search for a frequent word finds.
const FIRST_ATTRIBUTE_RANK: usize = 45_000;
/// Names of shops and categories as well.
const FIRST_NAME_RANK: usize = 35_000;

/// 1 December 2025; products were added in the year after it.
const FIRST_MS: u64 = 1_764_547_200_000;
const YEAR_MS: u64 = 365 * 86_400_000;
const LEAST_PRICE: u64 = 100;
const GREATEST_PRICE: u64 = 500_000;

/// What is made up, by number.
#[derive(Clone, Copy)]
enum Kind {
    Shop,
    Category,
    Product,
    Owner,
    Query,
}

/// All products, made when they are needed.
pub struct Dataset {
    /// How many.
    pub products: u32,
    /// The words that they are made of.
    pub vocabulary: Vocabulary,
    /// Prices in equal steps of their logarithm.
    prices: Vec<i64>,
}

impl Dataset {
    /// So many products.
    pub fn new(products: u32) -> Self {
        Self {
            products,
            vocabulary: Vocabulary::new(),
            prices: prices(),
        }
    }

    /// A shop, from 0.
    pub fn shop(&self, number: u32) -> ShopSnapshot {
        let mut dice = dice(Kind::Shop, number);
        let shop_id = id(&mut dice, FIRST_MS);
        let name = self.name(number, SHOPS);
        ShopSnapshot {
            shop_id,
            owner_id: id(&mut self::dice(Kind::Owner, number), FIRST_MS),
            slug: format!("{}-{number}", name.to_lowercase()),
            name,
            about: None,
            logo_url: None,
            is_verified: false,
            status: ShopStatus::Approved,
            reason: None,
        }
    }

    /// A product, from 0.
    pub fn product(&self, number: u32) -> ProductSnapshot {
        let mut dice = dice(Kind::Product, number);
        let created_ms = FIRST_MS + u64::from(number) * YEAR_MS / u64::from(self.products.max(1));
        let product_id = id(&mut dice, created_ms);
        // Some shops have many products, most have few.
        let draw = u64::from(dice.between(0, SHOPS));
        let shop = u32::try_from(draw * draw / u64::from(SHOPS)).unwrap_or_default();
        let (category, parent) = self.category_of(&mut dice);
        let variations = self.variations(&mut dice, created_ms);
        ProductSnapshot {
            product_id,
            shop_id: id(&mut self::dice(Kind::Shop, shop), FIRST_MS),
            owner_id: id(&mut self::dice(Kind::Owner, shop), FIRST_MS),
            title: capitalized(&self.text(&mut dice, TITLE_WORDS)),
            about: Some(capitalized(&self.text(&mut dice, ABOUT_WORDS))),
            sku: format!("SKU-{number:08}"),
            category_ids: vec![category.id],
            categories: vec![parent, category],
            attributes: self.attributes(&mut dice),
            is_active: true,
            on_sale: variations
                .iter()
                .any(|variation| variation.original_price.is_some()),
            top_sale: false,
            top_popular: false,
            rating: rating(&mut dice),
            images: vec![format!("/api/v1/media/{}.webp", product_id.simple())],
            created_at: created_at(created_ms),
            variations,
        }
    }

    /// What queries are drawn from.
    pub fn query_dice(&self) -> Dice {
        dice(Kind::Query, 0)
    }

    /// A category with no subcategory, and the one above it.
    pub fn category_of(&self, dice: &mut Dice) -> (ProductCategory, ProductCategory) {
        let parent = dice.between(0, TOP_CATEGORIES);
        let below = TOP_CATEGORIES + parent * SUBCATEGORIES + dice.between(0, SUBCATEGORIES);
        (self.category(below), self.category(parent))
    }

    fn category(&self, number: u32) -> ProductCategory {
        let name = self.name(number, 0);
        ProductCategory {
            id: id(&mut dice(Kind::Category, number), FIRST_MS),
            slug: format!("{}-{number}", name.to_lowercase()),
            name,
        }
    }

    fn name(&self, number: u32, shift: u32) -> String {
        let rank = FIRST_NAME_RANK + usize::try_from(number + shift).unwrap_or_default();
        capitalized(self.vocabulary.word(rank))
    }

    fn text(&self, dice: &mut Dice, words: usize) -> String {
        let words: Vec<&str> = (0..words).map(|_| self.vocabulary.draw(dice)).collect();
        words.join(" ")
    }

    fn attributes(&self, dice: &mut Dice) -> BTreeMap<String, String> {
        let mut first = FIRST_ATTRIBUTE_RANK;
        let attributes = ATTRIBUTES.map(|(name, values)| {
            let rank = first + usize::try_from(dice.between(0, values)).unwrap_or_default();
            first += usize::try_from(values).unwrap_or_default();
            (name.to_owned(), capitalized(self.vocabulary.word(rank)))
        });
        attributes.into_iter().collect()
    }

    fn variations(&self, dice: &mut Dice, created_ms: u64) -> Vec<ProductVariation> {
        let base = dice.one_of(&self.prices).copied().unwrap_or_default();
        let (color, size) = (dice.between(0, 12), dice.between(0, 8));
        let variation = |number: u32| {
            let amount = base + base * i64::from(number) / 10;
            let option = |values: &[&str], at: u32| {
                let at = usize::try_from(at).unwrap_or_default();
                values
                    .get(at % values.len())
                    .map_or_else(String::new, |value| (*value).to_owned())
            };
            ProductVariation {
                variation_id: id(dice, created_ms),
                options: BTreeMap::from([
                    ("color".to_owned(), option(&COLORS, color + number)),
                    ("size".to_owned(), option(&SIZES, size + number)),
                ]),
                price: Money::new(amount, Currency::AZN),
                original_price: dice
                    .percent(ON_SALE_PERCENT)
                    .then(|| Money::new(amount + amount / 4 + 1, Currency::AZN)),
                available: if dice.percent(SOLD_OUT_PERCENT) { 0 } else { 10 },
                stock_version: 1,
                images: Vec::new(),
            }
        };
        (0..VARIATIONS).map(variation).collect()
    }
}

fn rating(dice: &mut Dice) -> ProductRating {
    if !dice.percent(RATED_PERCENT) {
        return ProductRating::default();
    }
    ProductRating {
        average_x100: i32::try_from(dice.between(200, 501)).unwrap_or_default(),
        count: i64::from(dice.between(1, 200)),
    }
}

/// Prices of which each is a thousandth more than the one before.
fn prices() -> Vec<i64> {
    const SCALE: u64 = 1_000_000;
    let steps = std::iter::successors(Some(LEAST_PRICE * SCALE), |price| Some(price + price / 1_000));
    let prices = steps
        .map(|price| price / SCALE)
        .take_while(|price| *price <= GREATEST_PRICE);
    prices.filter_map(|price| i64::try_from(price).ok()).collect()
}

fn dice(kind: Kind, number: u32) -> Dice {
    let kind: u64 = match kind {
        Kind::Shop => 1,
        Kind::Category => 2,
        Kind::Product => 3,
        Kind::Owner => 4,
        Kind::Query => 5,
    };
    // Neighbouring seeds would be neighbouring places of one stream.
    Dice::of(Dice::of((kind << 32) | u64::from(number)).roll())
}

/// A UUIDv7 of this time.
fn id(dice: &mut Dice, ms: u64) -> Uuid {
    let mut random = [0; 10];
    let bytes = dice
        .roll()
        .to_be_bytes()
        .into_iter()
        .chain(dice.roll().to_be_bytes());
    random.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    Builder::from_unix_timestamp_millis(ms, &random).into_uuid()
}

fn created_at(ms: u64) -> DateTime<Utc> {
    let ms = i64::try_from(ms).unwrap_or_default();
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_product_is_always_the_same_and_has_what_it_should_have() {
        let (dataset, other) = (Dataset::new(1_000), Dataset::new(1_000));

        for number in [0, 17, 999] {
            let product = dataset.product(number);
            assert_eq!(product, other.product(number));
            assert_eq!(product.title.split(' ').count(), TITLE_WORDS);
            assert_eq!(product.about.as_ref().unwrap().split(' ').count(), ABOUT_WORDS);
            assert_eq!((product.variations.len(), product.attributes.len()), (3, 4));
            assert!((100..=600_000).contains(&product.variations[0].price.amount));
        }
        assert_eq!(dataset.product(1).sku, "SKU-00000001");
    }

    #[test]
    fn parts_of_all_products_are_sold_out_on_sale_and_in_each_category() {
        let dataset = Dataset::new(5_000);
        let products: Vec<ProductSnapshot> = (0..5_000).map(|number| dataset.product(number)).collect();
        let variations = || products.iter().flat_map(|product| &product.variations);
        let percent = |count: usize| count * 100 / variations().count();

        let sold_out = variations().filter(|variation| variation.available == 0).count();
        let on_sale = variations()
            .filter(|variation| variation.original_price.is_some())
            .count();
        let categories: BTreeSet<Uuid> = products
            .iter()
            .flat_map(|product| product.categories.iter().map(|category| category.id))
            .collect();
        let ids: BTreeSet<Uuid> = variations().map(|variation| variation.variation_id).collect();

        assert!((18..22).contains(&percent(sold_out)), "{sold_out}");
        assert!((13..17).contains(&percent(on_sale)), "{on_sale}");
        assert_eq!(categories.len(), 300);
        assert_eq!(ids.len(), 15_000);
        assert!(products.iter().map(|product| product.product_id).is_sorted());
    }

    #[test]
    fn prices_are_spread_evenly_by_their_logarithm() {
        let prices = prices();

        assert_eq!((prices[0], prices.len()), (100, 8_522));
        let middle = prices[prices.len() / 2];
        assert!((7_000..7_150).contains(&middle), "{middle}");
        assert!(*prices.last().unwrap() <= 500_000);
    }
}
