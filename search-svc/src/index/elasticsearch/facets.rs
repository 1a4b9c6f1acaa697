//! Facets by two searches. The first counts everything as it is spelled, as long as there are not too many spellings, and
//! finds the limits of prices; the second counts the price ranges, and value by value what was too much at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::aggregations::{
    Aggregations, Bucket, Counted, counts, counts_at, frequent, frequent_with_label, limited,
};
use super::conditions::{Ignored, at_least, between, term};
use super::mapping::{
    AVAILABLE, CATEGORIES, CATEGORY_LABELS, PRICE, RATING, SHOP_ID, SHOP_NAME, labels_of_categories, split,
};
use super::named::Named;
use crate::domain::ProductFilters;
use crate::domain::facets::{
    Facets, MAX_VALUES, PriceCount, RATING_STEPS, ValueCount, ValueCounts, chosen_ids, commonest,
    price_bounds, price_ranges,
};

const TOTAL: &str = "total";
const CATEGORY: &str = "category";
const CHOSEN_CATEGORY: &str = "chosen_category";
const ALL_CATEGORY_LABELS: &str = "category_labels";
const SHOP: &str = "shop";
const CHOSEN_SHOP: &str = "chosen_shop";
const LEAST_PRICE: &str = "least_price";
const GREATEST_PRICE: &str = "greatest_price";
const PRICES: &str = "prices";
const RATINGS: &str = "ratings";
const STOCK: &str = "stock";
/// The labels of shown categories that the first search left open.
const CATEGORY_LABELS_OF_SHOWN: &str = "category_labels_of_shown";
/// Spellings of categories that are looked at for the commonest of each.
const MAX_CATEGORY_LABELS: usize = 1_000;

/// What the first search counted.
pub struct Overview {
    /// Products that meet all filters.
    pub total: u64,
    /// All but price ranges, values by name, and names of categories.
    facets: Facets,
    price_ranges: Vec<(i64, i64)>,
}

/// What the first search counts; up to `at_once` spellings of names and values.
pub fn overview(filters: &ProductFilters, at_once: usize) -> Aggregations<'_> {
    let mut aggregations = Aggregations::new(filters);
    let (category, shop) = chosen_ids(filters);
    aggregations.of_products(Ignored::Nothing, TOTAL, json!({ "filter": { "match_all": {} } }));
    add_values(
        &mut aggregations,
        Ignored::Category,
        (CATEGORY, CHOSEN_CATEGORY),
        &category,
        |size| frequent(CATEGORIES, size),
    );
    add_values(
        &mut aggregations,
        Ignored::Shop,
        (SHOP, CHOSEN_SHOP),
        &shop,
        |size| frequent_with_label(SHOP_ID, SHOP_NAME, size),
    );
    let ratings = RATING_STEPS
        .iter()
        .map(|stars| at_least(RATING, i64::from(stars * 100)))
        .collect();
    aggregations.of_products(Ignored::Rating, RATINGS, counts(ratings));
    let labels = frequent(CATEGORY_LABELS, at_once);
    aggregations.of_products(Ignored::Category, ALL_CATEGORY_LABELS, labels);
    let stock = [true, false].map(|wanted| term(AVAILABLE, wanted)).into();
    aggregations.of_variations(Ignored::Stock, STOCK, |level| counts_at(level, stock));
    for (name, function) in [(LEAST_PRICE, "min"), (GREATEST_PRICE, "max")] {
        aggregations.of_variations(Ignored::Price, name, |_| json!({ function: { "field": PRICE } }));
    }
    for named in [Named::Options, Named::Attributes] {
        named.add_overview(&mut aggregations, filters, at_once);
    }
    aggregations
}

impl Overview {
    /// Reads what the server counted.
    pub fn read(filters: &ProductFilters, counted: &Counted) -> serde_json::Result<Self> {
        let (category, shop) = chosen_ids(filters);
        let stock = counted.counts(STOCK)?;
        let ratings = counted.counts(RATINGS)?;
        let mut categories = values(counted, CATEGORY, CHOSEN_CATEGORY, &category)?;
        if let Some(labels) = counted.all_buckets(ALL_CATEGORY_LABELS)? {
            name_categories(&mut categories, &labels);
        }
        let facets = Facets {
            categories,
            shops: values(counted, SHOP, CHOSEN_SHOP, &shop)?,
            prices: Vec::new(),
            ratings: ratings.try_into().unwrap_or_default(),
            available: stock.first().copied().unwrap_or_default(),
            sold_out: stock.get(1).copied().unwrap_or_default(),
            options: Named::Options.read_overview(filters, counted)?,
            attributes: Named::Attributes.read_overview(filters, counted)?,
        };
        let limits = counted.number(LEAST_PRICE).zip(counted.number(GREATEST_PRICE));
        let ranges = limits.map(|(least, greatest)| price_ranges(whole(least), whole(greatest)));
        Ok(Self {
            total: counted.count(TOTAL)?,
            facets,
            price_ranges: ranges.unwrap_or_default().into_iter().map(price_bounds).collect(),
        })
    }

    /// What the second search counts.
    pub fn details<'a>(&self, filters: &'a ProductFilters) -> Aggregations<'a> {
        let mut aggregations = Aggregations::new(filters);
        if !self.price_ranges.is_empty() {
            let ranges = self
                .price_ranges
                .iter()
                .map(|(from, to)| between(PRICE, *from, *to));
            let ranges = ranges.collect();
            aggregations.of_variations(Ignored::Price, PRICES, |level| counts_at(level, ranges));
        }
        let categories = self.facets.categories.values.iter();
        let mut unnamed = categories.filter(|category| category.label.is_empty()).peekable();
        if unnamed.peek().is_some() {
            let mut labels = frequent(CATEGORY_LABELS, MAX_CATEGORY_LABELS);
            if let Some(terms) = labels.get_mut("terms").and_then(Value::as_object_mut) {
                let labels = labels_of_categories(unnamed.map(|category| category.key.as_str()));
                terms.insert("include".to_owned(), labels.into());
            }
            aggregations.of_products(Ignored::Category, CATEGORY_LABELS_OF_SHOWN, labels);
        }
        Named::Options.add_details(&mut aggregations, filters, &self.facets.options);
        Named::Attributes.add_details(&mut aggregations, filters, &self.facets.attributes);
        aggregations
    }

    /// All facets, once the second search has counted too.
    pub fn complete(self, filters: &ProductFilters, counted: &Counted) -> serde_json::Result<Facets> {
        let mut facets = self.facets;
        let in_ranges = counted.counts(PRICES)?;
        facets.prices = self
            .price_ranges
            .into_iter()
            .zip(in_ranges)
            .filter(|(_, count)| *count > 0)
            .map(|((from, to), count)| PriceCount { from, to, count })
            .collect();
        name_categories(
            &mut facets.categories,
            &counted.buckets(CATEGORY_LABELS_OF_SHOWN)?,
        );
        Named::Options.read_details(&mut facets.options, filters, counted)?;
        Named::Attributes.read_details(&mut facets.attributes, filters, counted)?;
        Ok(facets)
    }
}

/// Asks for one value more than is shown, and for those that were chosen.
fn add_values(
    aggregations: &mut Aggregations<'_>,
    ignored: Ignored<'_>,
    (all, only_chosen): (&str, &str),
    chosen: &BTreeSet<String>,
    frequent: impl Fn(usize) -> Value,
) {
    aggregations.of_products(ignored, all, frequent(MAX_VALUES + 1 + chosen.len()));
    if !chosen.is_empty() {
        let values = limited(frequent(chosen.len()), "include", chosen);
        aggregations.of_products(ignored, only_chosen, values);
    }
}

/// What is shown of the values of two aggregations.
pub fn values(
    counted: &Counted,
    all: &str,
    only_chosen: &str,
    chosen: &BTreeSet<String>,
) -> serde_json::Result<ValueCounts> {
    let buckets = counted
        .buckets(all)?
        .into_iter()
        .chain(counted.buckets(only_chosen)?);
    let by_key: BTreeMap<String, ValueCount> = buckets
        .map(Bucket::into_parts)
        .map(|(key, label, count)| (key.clone(), ValueCount { key, label, count }))
        .collect();
    Ok(ValueCounts::of(by_key.into_values().collect(), chosen))
}

fn name_categories(categories: &mut ValueCounts, labels: &[Bucket]) {
    let mut spellings: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for label in labels {
        if let Some([id, name]) = split(&label.key) {
            spellings.entry(id).or_default().push((name, label.count()));
        }
    }
    for category in &mut categories.values {
        if let Some(spellings) = spellings.remove(category.key.as_str()) {
            category.label = commonest(spellings).to_owned();
        }
    }
}

#[expect(
    clippy::as_conversions,
    reason = "prices are whole; the server computes with f64"
)]
fn whole(price: f64) -> i64 {
    price as i64
}
