//! Counts under the filters that they follow.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::conditions::{Ignored, all, of_both, of_product, of_variation};
use super::mapping::VARIATIONS;
use crate::domain::ProductFilters;

/// The aggregation that counts the products of variations.
const PRODUCTS: &str = "products";
/// The aggregation that counts the spellings of a value.
const LABEL: &str = "label";
/// Names of the levels of a group.
const NESTED: &str = "nested";
const FITTING: &str = "fitting";

/// The documents that an aggregation reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Those of products.
    Product,
    /// Those of variations.
    Variation,
}

/// Aggregations of a search. Those that follow the same filters share a group.
pub struct Aggregations<'a> {
    filters: &'a ProductFilters,
    groups: Vec<Group>,
}

struct Group {
    products: Value,
    variations: Option<Value>,
    aggregations: Map<String, Value>,
}

impl<'a> Aggregations<'a> {
    /// None yet, of a search with these filters.
    pub fn new(filters: &'a ProductFilters) -> Self {
        Self {
            filters,
            groups: Vec::new(),
        }
    }

    /// Adds one over the products that meet all filters but one.
    pub fn of_products(&mut self, ignored: Ignored<'_>, name: impl Into<String>, aggregation: Value) {
        let products = all(of_both(self.filters, ignored));
        self.add(products, None, name.into(), aggregation);
    }

    /// Adds one over the values of variations that meet all filters but one, of products that meet them.
    pub fn of_variations(
        &mut self,
        ignored: Ignored<'_>,
        name: impl Into<String>,
        aggregation: impl FnOnce(Level) -> Value,
    ) {
        let variations = of_variation(self.filters, ignored);
        if variations.is_empty() {
            // The document of the product has the values of all its variations.
            return self.of_products(ignored, name, aggregation(Level::Product));
        }
        let products = all(of_product(self.filters, ignored));
        self.add(
            products,
            Some(all(variations)),
            name.into(),
            aggregation(Level::Variation),
        );
    }

    /// Like [`Self::of_variations`], but always variation by variation.
    pub fn of_each_variation(&mut self, ignored: Ignored<'_>, name: impl Into<String>, aggregation: Value) {
        let products = all(of_product(self.filters, ignored));
        let variations = all(of_variation(self.filters, ignored));
        self.add(products, Some(variations), name.into(), aggregation);
    }

    fn add(&mut self, products: Value, variations: Option<Value>, name: String, aggregation: Value) {
        let same = |group: &&mut Group| group.products == products && group.variations == variations;
        match self.groups.iter_mut().find(same) {
            Some(group) => {
                group.aggregations.insert(name, aggregation);
            }
            None => self.groups.push(Group {
                products,
                variations,
                aggregations: Map::from_iter([(name, aggregation)]),
            }),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// As the server reads them.
    pub fn into_body(self) -> Value {
        let group = |(number, group): (usize, Group)| {
            let aggregations = match group.variations {
                None => Value::Object(group.aggregations),
                Some(fitting) => json!({
                    NESTED: {
                        "nested": { "path": VARIATIONS },
                        "aggs": { FITTING: { "filter": fitting, "aggs": group.aggregations } },
                    },
                }),
            };
            (
                format!("group{number}"),
                json!({ "filter": group.products, "aggs": aggregations }),
            )
        };
        self.groups.into_iter().enumerate().map(group).collect()
    }
}

/// The most frequent values of a field of products.
pub fn frequent(field: &str, size: usize) -> Value {
    json!({ "terms": { "field": field, "size": size } })
}

/// The most frequent values of a field of products, each with the commonest value of another.
pub fn frequent_with_label(field: &str, label: &str, size: usize) -> Value {
    with_aggregation(frequent(field, size), LABEL, frequent(label, 1))
}

/// The values of a field that most products have.
pub fn frequent_at(level: Level, field: &str, size: usize) -> Value {
    if level == Level::Product {
        return frequent(field, size);
    }
    json!({
        "terms": { "field": field, "size": size, "order": [{ PRODUCTS: "desc" }, { "_key": "asc" }] },
        "aggs": { PRODUCTS: { "reverse_nested": {} } },
    })
}

/// The values of a field of variations that most products have, each with the commonest value of another.
pub fn frequent_of_variations_with_label(field: &str, label: &str, size: usize) -> Value {
    let label = frequent_at(Level::Variation, label, 1);
    with_aggregation(frequent_at(Level::Variation, field, size), LABEL, label)
}

/// The same, but only of these values or only of others.
pub fn limited<'a>(mut terms: Value, limit: &str, values: impl IntoIterator<Item = &'a String>) -> Value {
    let values: Vec<&String> = values.into_iter().collect();
    if let Some(terms) = terms.get_mut("terms").and_then(Value::as_object_mut)
        && !values.is_empty()
    {
        terms.insert(limit.to_owned(), json!(values));
    }
    terms
}

/// How many products meet each of these conditions.
pub fn counts(conditions: Vec<Value>) -> Value {
    json!({ "filters": { "filters": conditions } })
}

/// How many products have a variation that meets each of these conditions on one of its values.
pub fn counts_at(level: Level, conditions: Vec<Value>) -> Value {
    match level {
        Level::Product => counts(conditions),
        Level::Variation => with_aggregation(counts(conditions), PRODUCTS, json!({ "reverse_nested": {} })),
    }
}

fn with_aggregation(mut parent: Value, name: &str, child: Value) -> Value {
    if let Some(parent) = parent.as_object_mut() {
        let children = parent.entry("aggs").or_insert_with(|| json!({}));
        if let Some(children) = children.as_object_mut() {
            children.insert(name.to_owned(), child);
        }
    }
    parent
}

/// What was counted, by name.
#[derive(Debug, Default)]
pub struct Counted(Map<String, Value>);

#[derive(Deserialize)]
struct Buckets {
    buckets: Vec<Bucket>,
    /// What other buckets hold that were not answered.
    #[serde(default)]
    sum_other_doc_count: u64,
}

/// A value or condition and what has it.
#[derive(Debug, Deserialize)]
pub struct Bucket {
    /// The value; empty for conditions.
    #[serde(default)]
    pub key: String,
    doc_count: u64,
    products: Option<DocCount>,
    label: Option<Labels>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct DocCount {
    doc_count: u64,
}

#[derive(Debug, Deserialize)]
struct Labels {
    buckets: Vec<LabelBucket>,
}

#[derive(Debug, Deserialize)]
struct LabelBucket {
    key: String,
}

impl Bucket {
    /// How many products.
    pub fn count(&self) -> u64 {
        self.products
            .map_or(self.doc_count, |products| products.doc_count)
    }

    /// The value with the commonest label.
    pub fn into_parts(self) -> (String, String, u64) {
        let count = self.count();
        let labels = self.label.into_iter().flat_map(|label| label.buckets);
        (
            self.key,
            labels.map(|label| label.key).next().unwrap_or_default(),
            count,
        )
    }
}

impl Counted {
    /// What the server answered to [`Aggregations::into_body`].
    pub fn read(groups: Map<String, Value>) -> Self {
        let mut counted = Map::new();
        for group in groups.into_iter().map(|(_, group)| group) {
            let below = format!("/{NESTED}/{FITTING}");
            let group = match group.pointer(&below) {
                Some(fitting) => fitting.clone(),
                None => group,
            };
            if let Value::Object(group) = group {
                counted.extend(group.into_iter().filter(|(_, value)| value.is_object()));
            }
        }
        Self(counted)
    }

    /// The buckets of an aggregation; none if it was not asked for.
    pub fn buckets(&self, name: &str) -> serde_json::Result<Vec<Bucket>> {
        let buckets: Option<Buckets> = self.parse(name)?;
        Ok(buckets.map_or_else(Vec::new, |buckets| buckets.buckets))
    }

    /// The buckets of an aggregation, if it answered all of them.
    pub fn all_buckets(&self, name: &str) -> serde_json::Result<Option<Vec<Bucket>>> {
        let buckets: Option<Buckets> = self.parse(name)?;
        let is_whole = |buckets: &Buckets| buckets.sum_other_doc_count == 0;
        Ok(buckets.filter(is_whole).map(|buckets| buckets.buckets))
    }

    /// The products of each condition of [`counts`] or [`counts_at`].
    pub fn counts(&self, name: &str) -> serde_json::Result<Vec<u64>> {
        Ok(self.buckets(name)?.iter().map(Bucket::count).collect())
    }

    /// How many products an aggregation of one filter counted.
    pub fn count(&self, name: &str) -> serde_json::Result<u64> {
        let count: Option<DocCount> = self.parse(name)?;
        Ok(count.map_or(0, |count| count.doc_count))
    }

    /// The number that an aggregation found, if it found any value.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.0.get(name)?.get("value")?.as_f64()
    }

    fn parse<T: DeserializeOwned>(&self, name: &str) -> serde_json::Result<Option<T>> {
        self.0.get(name).map(T::deserialize).transpose()
    }
}
