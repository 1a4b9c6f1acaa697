//! The fields of an index on the server.

use serde_json::{Value, json};
use uuid::Uuid;

use super::names::IndexNames;
use crate::domain::Field;
use crate::index::DOCUMENT_VERSION;

pub const STATE: &str = "state";
pub const ID: &str = "id";
pub const SHOP_ID: &str = "shop_id";
pub const SHOP_NAME: &str = "shop_name";
pub const RANK: &str = "rank";
pub const RATING: &str = "rating";
pub const CATEGORIES: &str = "categories";
/// Id and name, [`joined`].
pub const CATEGORY_LABELS: &str = "category_labels";
/// Folded names.
pub const ATTRIBUTE_NAMES: &str = "attribute_names";
/// Folded name and name as it is spelled, [`joined`].
pub const ATTRIBUTE_SPELLINGS: &str = "attribute_spellings";
/// Folded name, folded value, and value as it is spelled, [`joined`].
pub const ATTRIBUTE_VALUES: &str = "attribute_values";
/// By folded name: the folded value, and name and value as they are spelled.
pub const ATTRIBUTES: &str = "attributes";
/// One document for each, and their values in the product's as well.
pub const VARIATIONS: &str = "variations";
pub const PRICE: &str = "variations.price";
pub const AVAILABLE: &str = "variations.available";
pub const ON_SALE: &str = "variations.on_sale";
/// Like the fields of attributes.
pub const OPTION_NAMES: &str = "variations.option_names";
pub const OPTION_SPELLINGS: &str = "variations.option_spellings";
pub const OPTION_VALUES: &str = "variations.option_values";
pub const OPTIONS: &str = "variations.options";
pub const CARD: &str = "card";

/// The state of what was taken out: the document stays, because it holds the version, and the server forgets those of
/// deleted documents.
pub const REMOVED: &str = "removed";

/// Longer values are not indexed: Lucene refuses terms of more than 32 766 bytes.
const MAX_KEYWORD_CHARS: usize = 8_191;
/// Separates the parts of joined values.
const SEPARATOR: char = '\u{1f}';

/// A part of what is kept of a named value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedPart {
    /// The folded value.
    Key,
    /// The value as it is spelled.
    Label,
    /// The name as it is spelled.
    Name,
}

/// The field of a part of the value with this folded name, below [`ATTRIBUTES`] or [`OPTIONS`].
pub fn named(parent: &str, name_key: &str, part: NamedPart) -> String {
    let part = match part {
        NamedPart::Key => "key",
        NamedPart::Label => "label",
        NamedPart::Name => "name",
    };
    format!("{parent}.{name_key}.{part}")
}

/// The field that holds the words of a part of a document.
pub fn words(field: Field) -> &'static str {
    match field {
        Field::Title => "title",
        Field::Tags => "tags",
        Field::About => "about",
        Field::Codes => "codes",
        Field::WholeTitle => "whole_title",
    }
}

/// Several parts as one value, to be counted together.
pub fn joined<const N: usize>(parts: [&str; N]) -> String {
    let without_separators = |part: &str| part.replace(SEPARATOR, "");
    parts.map(without_separators).join(&SEPARATOR.to_string())
}

/// The parts of a joined value.
pub fn split<const N: usize>(joined: &str) -> Option<[&str; N]> {
    let parts: Vec<&str> = joined.split(SEPARATOR).collect();
    parts.try_into().ok()
}

/// A regular expression that matches the labels of these categories.
pub fn labels_of_categories<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    let ids: Vec<&str> = ids.collect();
    format!("({}){SEPARATOR}.*", ids.join("|"))
}

/// What the server is to make of a new index.
pub fn definition(names: &IndexNames, id: Uuid, replicas: u32) -> Value {
    json!({
        "settings": {
            // Counts are exact and scores comparable within one shard only.
            "number_of_shards": 1,
            "number_of_replicas": replicas,
            // Only a commit makes writes visible.
            "refresh_interval": "-1",
        },
        "aliases": { names.writes(id): {} },
        "mappings": {
            "dynamic": "strict",
            "_meta": { "id": id, "document_version": DOCUMENT_VERSION },
            "properties": properties(),
        },
    })
}

fn properties() -> Value {
    // Words come separated by spaces and ready; neither their number nor their places count.
    let words = json!({ "type": "text", "analyzer": "whitespace", "norms": false, "index_options": "docs" });
    let keyword = json!({ "type": "keyword", "ignore_above": MAX_KEYWORD_CHARS });
    let term = json!({ "type": "keyword", "ignore_above": MAX_KEYWORD_CHARS, "doc_values": false });
    let named = json!({ "type": "flattened", "ignore_above": MAX_KEYWORD_CHARS });
    json!({
        STATE: { "type": "keyword" },
        ID: { "type": "keyword" },
        "title": words,
        "tags": words,
        "about": words,
        "codes": term,
        "whole_title": term,
        // For people who look at the index; no search reads it.
        "raw_title": { "type": "text", "analyzer": "standard" },
        RANK: { "type": "float" },
        RATING: { "type": "integer" },
        SHOP_ID: { "type": "keyword" },
        SHOP_NAME: keyword,
        CATEGORIES: keyword,
        CATEGORY_LABELS: keyword,
        ATTRIBUTE_NAMES: keyword,
        ATTRIBUTE_SPELLINGS: keyword,
        ATTRIBUTE_VALUES: keyword,
        ATTRIBUTES: named,
        VARIATIONS: {
            "type": "nested",
            "include_in_root": true,
            "properties": {
                "price": { "type": "long" },
                "available": { "type": "boolean" },
                "on_sale": { "type": "boolean" },
                "option_names": keyword,
                "option_spellings": keyword,
                "option_values": keyword,
                "options": named,
            },
        },
        CARD: { "type": "object", "enabled": false },
    })
}
