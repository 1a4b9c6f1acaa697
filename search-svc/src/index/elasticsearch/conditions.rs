//! Searches in the query language of the server. What a person typed is only ever a term.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::mapping::{
    ATTRIBUTES, AVAILABLE, CATEGORIES, NamedPart, ON_SALE, OPTIONS, PRICE, RANK, RATING, SHOP_ID, STATE,
    VARIATIONS, named, words,
};
use crate::domain::{Clause, Kind, NamedValues, ProductFilters, TextQuery};

/// The server refuses longer lists of terms.
const MAX_TERMS: usize = 65_536;

/// The filter that is left out, because a facet does not follow its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored<'a> {
    Nothing,
    Category,
    Shop,
    Price,
    Rating,
    Stock,
    Option(&'a str),
    Attribute(&'a str),
}

/// Documents of a kind with the words of the text, without those of hidden shops.
pub fn matching(
    kind: Kind,
    text: Option<&TextQuery>,
    hidden_shops: &HashSet<Uuid>,
    is_scored: bool,
) -> Value {
    let mut filters = vec![term(STATE, kind.as_str())];
    let Some(text) = text else {
        return json!({ "bool": { "filter": filters, "must_not": of_shops(hidden_shops) } });
    };
    if !is_scored {
        filters.push(any_word(text));
        return json!({ "bool": { "filter": filters, "must_not": of_shops(hidden_shops) } });
    }
    let groups: Vec<Value> = text.groups.iter().filter_map(|group| best_of(group)).collect();
    if groups.is_empty() {
        return json!({ "match_none": {} });
    }
    json!({
        "function_score": {
            "query": {
                "bool": {
                    "filter": filters,
                    "must_not": of_shops(hidden_shops),
                    "must": { "bool": { "should": groups, "minimum_should_match": 1 } },
                },
            },
            "field_value_factor": { "field": RANK, "missing": 1 },
            "boost_mode": "multiply",
        },
    })
}

fn of_shops(shops: &HashSet<Uuid>) -> Vec<Value> {
    let ids: Vec<&Uuid> = shops.iter().collect();
    ids.chunks(MAX_TERMS)
        .map(|ids| json!({ "terms": { SHOP_ID: ids } }))
        .collect()
}

/// The weight of the heaviest clause that holds.
fn best_of(group: &[Clause]) -> Option<Value> {
    let clauses: Vec<Value> = group
        .iter()
        .filter(|clause| !clause.terms.is_empty())
        .map(|clause| {
            let terms = json!({ "terms": { words(clause.field): clause.terms } });
            json!({ "constant_score": { "filter": terms, "boost": clause.weight } })
        })
        .collect();
    (!clauses.is_empty()).then(|| json!({ "dis_max": { "queries": clauses } }))
}

/// The same documents as by [`best_of`] of any group, without weights.
fn any_word(text: &TextQuery) -> Value {
    let mut by_field: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for clause in text.groups.iter().flatten() {
        let terms = by_field.entry(words(clause.field)).or_default();
        terms.extend(clause.terms.iter().map(String::as_str));
    }
    let fields: Vec<Value> = by_field
        .iter()
        .filter(|(_, terms)| !terms.is_empty())
        .map(|(field, terms)| json!({ "terms": { *field: terms } }))
        .collect();
    if fields.is_empty() {
        return json!({ "match_none": {} });
    }
    json!({ "bool": { "should": fields, "minimum_should_match": 1 } })
}

/// All filters: those of products, and those that one and the same variation must meet.
pub fn of_both(filters: &ProductFilters, ignored: Ignored<'_>) -> Vec<Value> {
    let mut conditions = of_product(filters, ignored);
    let variation = of_variation(filters, ignored);
    if !variation.is_empty() {
        conditions.push(with_variation(variation));
    }
    conditions
}

/// The filters that a product must meet.
pub fn of_product(filters: &ProductFilters, ignored: Ignored<'_>) -> Vec<Value> {
    let mut conditions = Vec::new();
    if let Some(category) = filters.category.filter(|_| ignored != Ignored::Category) {
        conditions.push(term(CATEGORIES, category.to_string()));
    }
    if let Some(shop) = filters.shop.filter(|_| ignored != Ignored::Shop) {
        conditions.push(term(SHOP_ID, shop.to_string()));
    }
    if let Some(least) = filters.min_rating_x100.filter(|_| ignored != Ignored::Rating) {
        conditions.push(at_least(RATING, i64::from(least)));
    }
    conditions.extend(of_names(ATTRIBUTES, &filters.attributes, |name| {
        ignored == Ignored::Attribute(name)
    }));
    conditions
}

/// The filters that one variation must meet.
pub fn of_variation(filters: &ProductFilters, ignored: Ignored<'_>) -> Vec<Value> {
    let mut conditions = Vec::new();
    let (least, greatest) = (filters.min_price, filters.max_price);
    if ignored != Ignored::Price && (least.is_some() || greatest.is_some()) {
        conditions.push(between(
            PRICE,
            least.unwrap_or(i64::MIN),
            greatest.unwrap_or(i64::MAX),
        ));
    }
    if let Some(wanted) = filters.in_stock.filter(|_| ignored != Ignored::Stock) {
        conditions.push(term(AVAILABLE, wanted));
    }
    if let Some(wanted) = filters.on_sale {
        conditions.push(term(ON_SALE, wanted));
    }
    conditions.extend(of_names(OPTIONS, &filters.options, |name| {
        ignored == Ignored::Option(name)
    }));
    conditions
}

fn of_names(parent: &str, wanted: &NamedValues, is_ignored: impl Fn(&str) -> bool) -> Vec<Value> {
    wanted
        .iter()
        .filter(|(name, _)| !is_ignored(name))
        .map(|(name, values)| json!({ "terms": { named(parent, name, NamedPart::Key): values } }))
        .collect()
}

/// Products with a variation that meets all of these conditions.
pub fn with_variation(conditions: Vec<Value>) -> Value {
    json!({ "nested": { "path": VARIATIONS, "query": all(conditions), "score_mode": "none" } })
}

/// What meets all of these conditions.
pub fn all(conditions: Vec<Value>) -> Value {
    json!({ "bool": { "filter": conditions } })
}

/// What meets none of these conditions.
pub fn none(conditions: Vec<Value>) -> Value {
    json!({ "bool": { "must_not": conditions } })
}

/// What has this value.
pub fn term(field: &str, value: impl Into<Value>) -> Value {
    json!({ "term": { field: value.into() } })
}

/// What has at least this value.
pub fn at_least(field: &str, least: i64) -> Value {
    json!({ "range": { field: { "gte": least } } })
}

/// What has a value between these, both included.
pub fn between(field: &str, least: i64, greatest: i64) -> Value {
    json!({ "range": { field: { "gte": least, "lte": greatest } } })
}
