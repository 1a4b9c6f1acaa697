//! Documents as the lines of a bulk request.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::mapping::{REMOVED, joined};
use crate::domain::{Card, Document, DocumentVariation, FacetValue};
use crate::index::DocumentWrite;

#[derive(Serialize)]
struct Row<'a> {
    state: &'static str,
    id: Uuid,
    title: &'a str,
    tags: &'a str,
    about: &'a str,
    codes: &'a [String],
    whole_title: &'a str,
    raw_title: &'a str,
    rank: f32,
    rating: i32,
    shop_id: &'a str,
    shop_name: &'a str,
    categories: Vec<&'a str>,
    category_labels: Vec<String>,
    attribute_names: Vec<&'a str>,
    attribute_spellings: Vec<String>,
    attribute_values: Vec<String>,
    attributes: NamedRows<'a>,
    variations: Vec<VariationRow<'a>>,
    card: &'a Card,
}

#[derive(Serialize)]
struct VariationRow<'a> {
    price: i64,
    available: bool,
    on_sale: bool,
    option_names: Vec<&'a str>,
    option_spellings: Vec<String>,
    option_values: Vec<String>,
    options: NamedRows<'a>,
}

type NamedRows<'a> = BTreeMap<&'a str, NamedRow<'a>>;

#[derive(Serialize)]
struct NamedRow<'a> {
    key: &'a str,
    label: &'a str,
    name: &'a str,
}

/// The two lines of a write.
pub fn lines(write: &DocumentWrite) -> serde_json::Result<String> {
    let action = json!({
        "index": { "_id": write.key.to_string(), "version": write.version, "version_type": "external_gte" }
    });
    let row = match &write.document {
        Some(document) => serde_json::to_string(&Row::of(document))?,
        None => json!({ "state": REMOVED }).to_string(),
    };
    Ok(format!("{action}\n{row}\n"))
}

impl<'a> Row<'a> {
    fn of(document: &'a Document) -> Self {
        Self {
            state: document.card.kind.as_str(),
            id: document.card.id,
            title: &document.title,
            tags: &document.tags,
            about: &document.about,
            codes: &document.codes,
            whole_title: &document.whole_title,
            raw_title: &document.card.title,
            rank: document.rank,
            rating: document.card.rating.average_x100,
            shop_id: &document.shop.key,
            shop_name: &document.shop.label,
            categories: document
                .categories
                .iter()
                .map(|category| category.key.as_str())
                .collect(),
            category_labels: document
                .categories
                .iter()
                .map(|category| joined([&category.key, &category.label]))
                .collect(),
            attribute_names: names(&document.attributes),
            attribute_spellings: spellings(&document.attributes),
            attribute_values: joined_values(&document.attributes),
            attributes: named(&document.attributes),
            variations: document.variations.iter().map(VariationRow::of).collect(),
            card: &document.card,
        }
    }
}

impl<'a> VariationRow<'a> {
    fn of(variation: &'a DocumentVariation) -> Self {
        Self {
            price: variation.price,
            available: variation.available,
            on_sale: variation.on_sale,
            option_names: names(&variation.options),
            option_spellings: spellings(&variation.options),
            option_values: joined_values(&variation.options),
            options: named(&variation.options),
        }
    }
}

fn names(values: &[FacetValue]) -> Vec<&str> {
    values.iter().map(|value| value.name_key.as_str()).collect()
}

fn spellings(values: &[FacetValue]) -> Vec<String> {
    let spelling = |value: &FacetValue| joined([&value.name_key, &value.name]);
    values.iter().map(spelling).collect()
}

fn joined_values(values: &[FacetValue]) -> Vec<String> {
    let joined = |value: &FacetValue| joined([&value.name_key, &value.key, &value.label]);
    values.iter().map(joined).collect()
}

fn named<'a>(values: &'a [FacetValue]) -> NamedRows<'a> {
    let row = |value: &'a FacetValue| {
        let FacetValue {
            name_key,
            key,
            name,
            label,
        } = value;
        (name_key.as_str(), NamedRow { key, label, name })
    };
    values.iter().map(row).collect()
}
