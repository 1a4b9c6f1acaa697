//! The filters of a search in the numbers of the interner.

use std::collections::HashSet;
use std::sync::Arc;

use super::interner::Interner;
use super::schema::{AVAILABLE, ON_SALE};
use crate::domain::{Dimension, NamedValues, ProductFilters, ProductSearch, Sort};

/// Filters that a product fails, one bit each.
pub mod product_filter {
    pub const CATEGORY: u32 = 1;
    pub const SHOP: u32 = 1 << 1;
    pub const RATING: u32 = 1 << 2;
    /// The first of the attributes.
    pub const FIRST_ATTRIBUTE: u32 = 3;
}

/// Filters that a variation fails, one bit each.
pub mod variation_filter {
    pub const PRICE: u32 = 1;
    pub const STOCK: u32 = 1 << 1;
    pub const SALE: u32 = 1 << 2;
    /// The first of the options.
    pub const FIRST_OPTION: u32 = 3;
}

/// What a search asks of a row.
pub struct Plan {
    /// The numbers of hidden shops.
    hidden_shops: HashSet<u32>,
    category: Option<Vec<u32>>,
    shop: Option<Vec<u32>>,
    min_rating: Option<i32>,
    min_price: i64,
    max_price: i64,
    in_stock: Option<bool>,
    on_sale: Option<bool>,
    attributes: NamedFilter,
    options: NamedFilter,
    /// Whether variations must meet anything.
    pub has_variation_filters: bool,
    /// The order.
    pub sort: Sort,
    /// Whether nothing is counted.
    pub hits_only: bool,
    /// The name that each value belongs to.
    pub names: Arc<Vec<u32>>,
}

/// Which values are asked for, by number.
#[derive(Default)]
struct NamedFilter {
    /// By number: the bit of the filter that names this value's name, 0 if there is none.
    bits: Vec<u32>,
    /// By number: whether the value is asked for.
    chosen: Vec<bool>,
    /// All bits.
    all: u32,
}

impl NamedFilter {
    fn new(
        interner: &Interner,
        dimension: Dimension,
        wanted: &NamedValues,
        first: u32,
        numbers: usize,
    ) -> Self {
        if wanted.is_empty() {
            return Self::default();
        }
        let mut filter = Self {
            bits: vec![0; numbers],
            chosen: vec![false; numbers],
            all: 0,
        };
        for ((name, keys), place) in wanted.iter().zip(first..) {
            let bit = 1_u32.checked_shl(place).unwrap_or_default();
            filter.all |= bit;
            for (number, key) in interner.values_of(dimension, name) {
                let Some(at) = usize::try_from(number).ok().filter(|at| *at < numbers) else {
                    continue;
                };
                if let (Some(bits), Some(chosen)) = (filter.bits.get_mut(at), filter.chosen.get_mut(at)) {
                    *bits = bit;
                    *chosen = keys.contains(&key);
                }
            }
        }
        filter
    }

    /// The filter that names this value's name.
    fn bit(&self, number: u32) -> u32 {
        let at = usize::try_from(number).unwrap_or(usize::MAX);
        self.bits.get(at).copied().unwrap_or_default()
    }

    /// The bits of the filters that none of the values meets.
    fn failed(&self, values: &[u32]) -> u32 {
        if self.all == 0 {
            return 0;
        }
        let met = values.iter().fold(0, |met, number| {
            let at = usize::try_from(*number).unwrap_or(usize::MAX);
            if self.chosen.get(at).copied().unwrap_or_default() {
                met | self.bit(*number)
            } else {
                met
            }
        });
        self.all & !met
    }
}

impl Plan {
    /// The plan of a search.
    pub fn new(search: &ProductSearch, interner: &Interner, names: Arc<Vec<u32>>) -> Self {
        let filters: &ProductFilters = &search.filters;
        let spellings = |dimension, id: &Option<uuid::Uuid>| {
            id.map(|id| interner.spellings_of(dimension, &id.to_string()))
        };
        let hidden = search
            .hidden_shops
            .iter()
            .flat_map(|shop| interner.spellings_of(Dimension::Shop, &shop.to_string()));
        Self {
            hidden_shops: hidden.collect(),
            category: spellings(Dimension::Category, &filters.category),
            shop: spellings(Dimension::Shop, &filters.shop),
            min_rating: filters.min_rating_x100,
            min_price: filters.min_price.unwrap_or(i64::MIN),
            max_price: filters.max_price.unwrap_or(i64::MAX),
            in_stock: filters.in_stock,
            on_sale: filters.on_sale,
            attributes: NamedFilter::new(
                interner,
                Dimension::Attribute,
                &filters.attributes,
                product_filter::FIRST_ATTRIBUTE,
                names.len(),
            ),
            options: NamedFilter::new(
                interner,
                Dimension::Option,
                &filters.options,
                variation_filter::FIRST_OPTION,
                names.len(),
            ),
            has_variation_filters: filters.has_variation_filters(),
            sort: search.sort,
            hits_only: search.hits_only,
            names,
        }
    }

    /// Whether a shop may not sell.
    pub fn is_hidden(&self, shop: u32) -> bool {
        !self.hidden_shops.is_empty() && self.hidden_shops.contains(&shop)
    }

    /// The filters that a product fails.
    pub fn failed_by_product(&self, shop: u32, rating: i32, values: &[u32]) -> u32 {
        let mut failed = self.attributes.failed(values);
        if let Some(category) = &self.category
            && !values.iter().any(|value| category.contains(value))
        {
            failed |= product_filter::CATEGORY;
        }
        if self.shop.as_ref().is_some_and(|shops| !shops.contains(&shop)) {
            failed |= product_filter::SHOP;
        }
        if self.min_rating.is_some_and(|least| rating < least) {
            failed |= product_filter::RATING;
        }
        failed
    }

    /// The filters that a variation fails.
    pub fn failed_by_variation(&self, price: i64, flags: u8, options: &[u32]) -> u32 {
        if !self.has_variation_filters {
            return 0;
        }
        let mut failed = self.options.failed(options);
        if price < self.min_price || price > self.max_price {
            failed |= variation_filter::PRICE;
        }
        if self
            .in_stock
            .is_some_and(|wanted| wanted != (flags & AVAILABLE != 0))
        {
            failed |= variation_filter::STOCK;
        }
        if self
            .on_sale
            .is_some_and(|wanted| wanted != (flags & ON_SALE != 0))
        {
            failed |= variation_filter::SALE;
        }
        failed
    }

    /// Whether an attribute is counted for a product that fails only `failed`.
    pub fn counts_attribute(&self, value: u32, failed: u32) -> bool {
        failed == 0 || self.attributes.bit(value) == failed
    }

    /// Whether an option is counted for a variation that fails only `failed`.
    pub fn counts_option(&self, value: u32, failed: u32) -> bool {
        failed == 0 || self.options.bit(value) == failed
    }
}
