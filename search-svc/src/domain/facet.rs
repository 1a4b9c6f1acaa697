//! Values that products can be filtered and counted by.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::analysis::fold;

/// Longer names and values are compared by their beginning.
const MAX_KEY_CHARS: usize = 100;

/// What a value describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// A category of the product, or one above it; the value is its id, the label its name.
    Category,
    /// The shop that sells the product; the value is its id, the label its name.
    Shop,
    /// A named attribute of the product.
    Attribute,
    /// A named option of a variation.
    Option,
}

/// One value of a product or variation: the folded form that is compared, and the spelling that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FacetValue {
    /// The folded name of the attribute or option; empty for categories and shops.
    pub name_key: String,
    /// The folded value, or an id.
    pub key: String,
    /// The name as the shop spells it.
    pub name: String,
    /// The value as the shop spells it, or the name of the category or shop.
    pub label: String,
}

impl FacetValue {
    /// An attribute or option; `None` when nothing of its name or value can be compared.
    pub fn named(name: &str, value: &str) -> Option<Self> {
        let (name_key, key) = (facet_key(name), facet_key(value));
        (!name_key.is_empty() && !key.is_empty()).then(|| Self {
            name_key,
            key,
            name: name.trim().to_owned(),
            label: value.trim().to_owned(),
        })
    }

    /// A category or shop.
    pub fn identified(id: uuid::Uuid, label: &str) -> Self {
        Self {
            name_key: String::new(),
            key: id.to_string(),
            name: String::new(),
            label: label.to_owned(),
        }
    }
}

/// The form in which names and values are compared: folded, with single spaces, of bounded length.
pub fn facet_key(text: &str) -> String {
    let folded = fold(text);
    let mut key = String::with_capacity(folded.len());
    for word in folded.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(word);
    }
    match key.char_indices().nth(MAX_KEY_CHARS) {
        Some((end, _)) => key.get(..end).unwrap_or_default().trim_end().to_owned(),
        None => key,
    }
}

/// Gives all values of one product one spelling for each name and each value, so that counts of spellings add up to
/// counts of products.
#[derive(Default)]
pub struct Spellings {
    names: BTreeMap<String, String>,
    labels: BTreeMap<(String, String), String>,
}

impl Spellings {
    /// The values of a map, each name once: of two spellings of one name the first is taken.
    pub fn unify_all(&mut self, values: &BTreeMap<String, String>) -> Vec<FacetValue> {
        let mut names = BTreeSet::new();
        let mut unified = Vec::with_capacity(values.len());
        for value in values
            .iter()
            .filter_map(|(name, value)| FacetValue::named(name, value))
        {
            if names.insert(value.name_key.clone()) {
                unified.push(self.unify(value));
            }
        }
        unified
    }

    /// The value in the spelling that was seen first.
    fn unify(&mut self, value: FacetValue) -> FacetValue {
        let name = self.names.entry(value.name_key.clone()).or_insert(value.name);
        let label = self
            .labels
            .entry((value.name_key.clone(), value.key.clone()))
            .or_insert(value.label);
        FacetValue {
            name: name.clone(),
            label: label.clone(),
            name_key: value.name_key,
            key: value.key,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_without_case_marks_and_extra_spaces() {
        assert_eq!(facet_key("  Qırmızı   ALMA "), "qirmizi alma");
        assert_eq!(facet_key(&"é".repeat(300)).chars().count(), MAX_KEY_CHARS);
        assert_eq!(FacetValue::named("\u{301}", "red"), None);
        assert_eq!(FacetValue::named("color", "   "), None);
    }

    #[test]
    fn one_product_spells_a_value_in_one_way() {
        let mut spellings = Spellings::default();
        let first = spellings.unify(FacetValue::named("Color", "Red").unwrap());
        let second = spellings.unify(FacetValue::named("COLOR", "red").unwrap());

        assert_eq!(first, second);
        assert_eq!((first.name.as_str(), first.label.as_str()), ("Color", "Red"));
    }
}
