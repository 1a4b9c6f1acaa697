//! What a product and its variations must have to be found, and which offer of a product a hit shows.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use souk_contracts::Money;
use uuid::Uuid;

use super::card::{Card, CardVariation};
use super::facet::facet_key;

/// The conditions of a search. Those of price, stock, sale and options must be met by one and the same variation, the
/// others by the product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
pub struct ProductFilters {
    /// In this category or below it.
    pub category: Option<Uuid>,
    /// Sold by this shop.
    pub shop: Option<Uuid>,
    /// Costs at least this, in minor units.
    pub min_price: Option<i64>,
    /// Costs at most this, in minor units.
    pub max_price: Option<i64>,
    /// Can be bought now, or cannot.
    pub in_stock: Option<bool>,
    /// Costs less than before, or does not.
    pub on_sale: Option<bool>,
    /// A hundred times the least average of its reviews.
    pub min_rating_x100: Option<i32>,
    /// Folded option names with the folded values of which one must be there.
    pub options: NamedValues,
    /// Folded attribute names with the folded values of which one must be there.
    pub attributes: NamedValues,
}

/// Values by name.
pub type NamedValues = BTreeMap<String, BTreeSet<String>>;

/// The variation that a hit shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The variation.
    pub variation_id: Uuid,
    /// Its price.
    pub price: Money,
    /// Its price before.
    pub original_price: Option<Money>,
    /// Whether it can be bought now.
    pub available: bool,
}

impl Offer {
    /// Whether it costs less than before.
    pub fn on_sale(&self) -> bool {
        is_on_sale(self.price, self.original_price)
    }
}

/// Whether a price is lower than the one before.
pub fn is_on_sale(price: Money, original: Option<Money>) -> bool {
    original.is_some_and(|original| original.amount > price.amount)
}

impl ProductFilters {
    /// Whether a variation must meet any condition.
    pub fn has_variation_filters(&self) -> bool {
        self.min_price.is_some()
            || self.max_price.is_some()
            || self.in_stock.is_some()
            || self.on_sale.is_some()
            || !self.options.is_empty()
    }

    /// The offer of a product that meets the filters: what can be bought comes first, then what costs least.
    pub fn offer(&self, card: &Card) -> Option<Offer> {
        card.variations
            .iter()
            .filter(|variation| self.accepts(variation))
            .min_by_key(|variation| (!variation.available, variation.price.amount, variation.id))
            .map(|variation| Offer {
                variation_id: variation.id,
                price: variation.price,
                original_price: variation.original_price,
                available: variation.available,
            })
    }

    fn accepts(&self, variation: &CardVariation) -> bool {
        let amount = variation.price.amount;
        self.min_price.is_none_or(|min| amount >= min)
            && self.max_price.is_none_or(|max| amount <= max)
            && self.in_stock.is_none_or(|wanted| variation.available == wanted)
            && self
                .on_sale
                .is_none_or(|wanted| is_on_sale(variation.price, variation.original_price) == wanted)
            && self.options.iter().all(|(name, values)| {
                variation
                    .options
                    .iter()
                    .any(|(option, value)| facet_key(option) == *name && values.contains(&facet_key(value)))
            })
    }
}
