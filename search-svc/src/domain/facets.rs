//! How many of the products found have which value.
//!
//! Every count is the total that the search would have if the value were chosen: a facet follows all filters but its
//! own. Backends count; what is shown of the counts is decided here, so that it is the same for all of them.

use std::collections::BTreeSet;

use super::filters::{NamedValues, ProductFilters};

/// Names of options and of attributes that are shown.
pub const MAX_NAMES: usize = 15;
/// Values of one facet that are shown.
pub const MAX_VALUES: usize = 50;
/// Limits between price ranges, at most.
const MAX_PRICE_EDGES: usize = 6;
/// Lower limits of the rating facet, in stars.
pub const RATING_STEPS: [i32; 4] = [4, 3, 2, 1];

/// The facets of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// Categories, by id.
    pub categories: ValueCounts,
    /// Shops, by id.
    pub shops: ValueCounts,
    /// Price ranges, ascending; those without products are left out.
    pub prices: Vec<PriceCount>,
    /// Products with at least 4, 3, 2 and 1 stars.
    pub ratings: [u64; 4],
    /// Products that can be bought now.
    pub available: u64,
    /// Products that have a fitting variation which is sold out.
    pub sold_out: u64,
    /// Options of variations.
    pub options: NamedCounts,
    /// Attributes of products.
    pub attributes: NamedCounts,
}

/// The values of a facet, most frequent first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValueCounts {
    /// The values that are shown.
    pub values: Vec<ValueCount>,
    /// Whether there are others.
    pub more: bool,
}

/// A value and how many products have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueCount {
    /// The id or the folded value.
    pub key: String,
    /// The name or the commonest spelling.
    pub label: String,
    /// Products.
    pub count: u64,
}

/// Facets by name of option or attribute, the most frequent name first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedCounts {
    /// The names that are shown.
    pub names: Vec<NameCount>,
    /// Whether there are others.
    pub more: bool,
}

/// A name, how many products have it, and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameCount {
    /// The folded name.
    pub key: String,
    /// The commonest spelling.
    pub label: String,
    /// Products that have it.
    pub count: u64,
    /// Its values.
    pub values: ValueCounts,
}

/// A range of prices in minor units, both ends included, and how many products have an offer in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceCount {
    /// The lowest price.
    pub from: i64,
    /// The highest price.
    pub to: i64,
    /// Products.
    pub count: u64,
}

impl ValueCounts {
    /// What is shown of all values: the most frequent, and those that were chosen.
    pub fn of(mut values: Vec<ValueCount>, chosen: &BTreeSet<String>) -> Self {
        values.sort_unstable_by(|a, b| (b.count, &a.key).cmp(&(a.count, &b.key)));
        let mut shown = 0;
        let all = values.len();
        values.retain(|value| {
            shown += 1;
            shown <= MAX_VALUES || chosen.contains(&value.key)
        });
        Self {
            more: values.len() < all,
            values,
        }
    }
}

impl NamedCounts {
    /// What is shown of all names: the most frequent, and those that a filter names.
    pub fn of(mut names: Vec<NameCount>, chosen: &NamedValues) -> Self {
        names.sort_unstable_by(|a, b| (b.count, &a.key).cmp(&(a.count, &b.key)));
        let mut shown = 0;
        let all = names.len();
        names.retain(|name| {
            shown += 1;
            shown <= MAX_NAMES || chosen.contains_key(&name.key)
        });
        Self {
            more: names.len() < all,
            names,
        }
    }
}

/// The values of a facet that a search has chosen.
pub fn chosen_ids(filters: &ProductFilters) -> (BTreeSet<String>, BTreeSet<String>) {
    let set = |id: Option<uuid::Uuid>| id.iter().map(ToString::to_string).collect();
    (set(filters.category), set(filters.shop))
}

/// The commonest of spellings that were counted; of equals the first in order.
pub fn commonest<'a>(spellings: impl IntoIterator<Item = (&'a str, u64)>) -> &'a str {
    spellings
        .into_iter()
        .max_by(|(a, a_count), (b, b_count)| (a_count, b).cmp(&(b_count, a)))
        .map_or("", |(label, _)| label)
}

/// The series 1, 2, 5 times ten that price ranges begin at, from 0.
pub const PRICE_STEPS: [i64; 38] = price_steps();

#[expect(
    clippy::indexing_slicing,
    reason = "computed while compiling, where a panic is an error"
)]
const fn price_steps() -> [i64; 38] {
    let mut steps = [0; 38];
    let mut power: i64 = 1;
    let mut at = 1;
    while at < 38 {
        steps[at] = power;
        if at + 1 < 38 {
            steps[at + 1] = 2 * power;
        }
        if at + 2 < 38 {
            steps[at + 2] = 5 * power;
        }
        at += 3;
        power *= 10;
    }
    steps
}

/// Where a price lies in [`PRICE_STEPS`].
pub fn price_step(amount: i64) -> usize {
    PRICE_STEPS
        .partition_point(|step| *step <= amount)
        .saturating_sub(1)
}

/// The ranges between the least and the greatest price of a result, as first and last index into [`PRICE_STEPS`]: as
/// fine as they can be with at most six limits between them.
pub fn price_ranges(least: i64, greatest: i64) -> Vec<(usize, usize)> {
    let (first, last) = (price_step(least), price_step(greatest));
    let mut width = 1;
    while (last / width) - (first / width) > MAX_PRICE_EDGES {
        width += 1;
    }
    let mut ranges = Vec::new();
    let mut from = first;
    while from <= last {
        let to = ((from / width) * width + width - 1).min(last);
        ranges.push((from, to));
        from = to + 1;
    }
    ranges
}

/// The prices of a range of steps, both included.
pub fn price_bounds((first, last): (usize, usize)) -> (i64, i64) {
    let from = PRICE_STEPS.get(first).copied().unwrap_or_default();
    let to = PRICE_STEPS.get(last + 1).map_or(i64::MAX, |next| next - 1);
    (from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(key: &str, count: u64) -> ValueCount {
        ValueCount {
            key: key.into(),
            label: key.into(),
            count,
        }
    }

    #[test]
    fn price_steps_ascend_in_ones_twos_and_fives() {
        assert_eq!(PRICE_STEPS[..8], [0, 1, 2, 5, 10, 20, 50, 100]);
        assert!(PRICE_STEPS.is_sorted());
        assert_eq!(
            (price_step(0), price_step(4), price_step(5), price_step(999)),
            (0, 2, 3, 9)
        );
    }

    #[test]
    fn at_most_six_limits_lie_between_price_ranges() {
        for (least, greatest) in [
            (0, 0),
            (1, 7),
            (0, 1_000_000),
            (499, 120_000),
            (0, 999_999_999_999),
        ] {
            let ranges = price_ranges(least, greatest);

            assert!(ranges.len() <= MAX_PRICE_EDGES + 1, "{ranges:?}");
            assert!(ranges.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0));
            assert!(price_bounds(ranges[0]).0 <= least);
            assert!(price_bounds(*ranges.last().unwrap()).1 >= greatest);
        }
        assert_eq!(price_ranges(100, 450), [(7, 7), (8, 8)]);
    }

    #[test]
    fn the_most_frequent_values_are_shown_and_the_chosen_ones() {
        let values: Vec<_> = (0..60).map(|n| count(&format!("{n:02}"), n)).collect();

        let shown = ValueCounts::of(values, &BTreeSet::from(["03".to_owned()]));

        assert_eq!(shown.values.len(), MAX_VALUES + 1);
        assert_eq!(
            (shown.values[0].key.as_str(), shown.values[50].key.as_str()),
            ("59", "03")
        );
        assert!(shown.more);
        assert!(!ValueCounts::of(vec![count("a", 1)], &BTreeSet::new()).more);
    }

    #[test]
    fn the_commonest_spelling_is_shown() {
        assert_eq!(commonest([("red", 2), ("Red", 3), ("RED", 3)]), "RED");
        assert_eq!(commonest([]), "");
    }
}
