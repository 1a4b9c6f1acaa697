//! What a product is counted for when all its variations meet the filters: the same in every search, so it is worked
//! out once for each row and not by each search that finds it.

use std::collections::HashMap;

use super::columns::{Lists, Variations};
use super::schema::AVAILABLE;
use crate::domain::facets::price_step;

/// The summaries of the rows of a segment.
pub struct Summaries {
    /// The different options of all variations of each row.
    pub options: Lists<u32>,
    /// What else there is to count: the place in `kinds` by row.
    pub kind_of: Vec<u32>,
    /// Products are alike in this: there are far fewer kinds than rows.
    pub kinds: Vec<SummaryKind>,
}

/// What many rows have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SummaryKind {
    /// The names of all attributes and options.
    pub names: Vec<u32>,
    /// The set of price steps that variations are in.
    pub price_steps: u64,
    /// Whether a variation can be bought.
    pub available: bool,
    /// Whether a variation cannot be bought.
    pub sold_out: bool,
}

impl Summaries {
    /// Summaries of so many rows; `names` has the name that each value belongs to.
    pub fn new(rows: usize, values: &Lists<u32>, variations: &Variations, names: &[u32]) -> Self {
        let mut summaries = Self {
            options: Lists::with_capacity(rows),
            kind_of: Vec::with_capacity(rows),
            kinds: Vec::new(),
        };
        let mut places: HashMap<SummaryKind, u32> = HashMap::new();
        let name = |value: &u32| {
            let at = usize::try_from(*value).ok()?;
            names.get(at).copied().filter(|name| name != value)
        };
        let mut options = Vec::new();
        for row in 0..rows {
            let mut kind = SummaryKind::default();
            options.clear();
            for at in variations.of(row) {
                options.extend_from_slice(variations.options.of(at));
                let price = variations.prices.get(at).copied().unwrap_or_default();
                kind.price_steps |= 1 << price_step(price);
                let is_available = variations
                    .flags
                    .get(at)
                    .is_some_and(|flags| flags & AVAILABLE != 0);
                kind.available |= is_available;
                kind.sold_out |= !is_available;
            }
            options.sort_unstable();
            options.dedup();
            kind.names = values.of(row).iter().chain(&options).filter_map(name).collect();
            kind.names.sort_unstable();
            kind.names.dedup();
            summaries.options.push_row(&options);
            let place = match places.get(&kind) {
                Some(place) => *place,
                None => {
                    let place = u32::try_from(summaries.kinds.len()).unwrap_or(u32::MAX);
                    summaries.kinds.push(kind.clone());
                    places.insert(kind, place);
                    place
                }
            };
            summaries.kind_of.push(place);
        }
        summaries.options.shrink_to_fit();
        summaries
    }
}
