//! Counts of products by value while a search reads its rows.

use std::collections::HashMap;

use uuid::Uuid;

use super::interner::{Interned, Interner};
use super::summaries::SummaryKind;
use crate::domain::facets::{
    Facets, MAX_VALUES, NameCount, NamedCounts, PRICE_STEPS, PriceCount, RATING_STEPS, ValueCount,
    ValueCounts, chosen_ids, commonest, price_bounds, price_ranges, price_step,
};
use crate::domain::{Dimension, ProductFilters};

/// Counts of products, each product once per value and once per name.
pub struct Counts {
    by_number: Vec<Counter>,
    /// Numbers with a count.
    counted: Vec<u32>,
    /// Products by the set of price steps that their offers are in.
    prices: HashMap<u64, u64>,
    least_price: i64,
    greatest_price: i64,
    ratings: [u64; 4],
    available: u64,
    sold_out: u64,
}

#[derive(Clone, Copy, Default)]
struct Counter {
    count: u32,
    /// The last row that was counted, plus one.
    row: u32,
}

impl Counts {
    /// Counts of so many numbers.
    pub fn new(numbers: usize) -> Self {
        Self {
            by_number: vec![Counter::default(); numbers],
            counted: Vec::new(),
            prices: HashMap::new(),
            least_price: i64::MAX,
            greatest_price: i64::MIN,
            ratings: [0; 4],
            available: 0,
            sold_out: 0,
        }
    }

    /// Counts a product for a value or name. `row` differs between products and is not 0.
    pub fn add(&mut self, number: u32, row: u32) {
        let at = usize::try_from(number).unwrap_or(usize::MAX);
        if let Some(counter) = self.by_number.get_mut(at)
            && counter.row != row
        {
            counter.row = row;
            if counter.count == 0 {
                self.counted.push(number);
            }
            counter.count += 1;
        }
    }

    /// Counts a product for a value that it has only once.
    pub fn add_once(&mut self, number: u32) {
        self.add_many(number, 1);
    }

    fn add_many(&mut self, number: u32, products: u32) {
        let at = usize::try_from(number).unwrap_or(usize::MAX);
        if let Some(counter) = self.by_number.get_mut(at) {
            if counter.count == 0 {
                self.counted.push(number);
            }
            counter.count += products;
        }
    }

    /// Counts products whose variations all meet the filters for what they have in common.
    pub fn add_kind(&mut self, kind: &SummaryKind, products: u32) {
        for name in &kind.names {
            self.add_many(*name, products);
        }
        self.available += u64::from(kind.available) * u64::from(products);
        self.sold_out += u64::from(kind.sold_out) * u64::from(products);
        if kind.price_steps == 0 {
            return;
        }
        *self.prices.entry(kind.price_steps).or_default() += u64::from(products);
        // Ranges of prices begin and end with steps: the prices within them do not matter.
        let price = |step: u32| {
            let step = usize::try_from(step).ok()?;
            PRICE_STEPS.get(step).copied()
        };
        let (first, last) = (kind.price_steps.trailing_zeros(), kind.price_steps.ilog2());
        self.least_price = price(first).map_or(self.least_price, |price| self.least_price.min(price));
        self.greatest_price = price(last).map_or(self.greatest_price, |price| self.greatest_price.max(price));
    }

    /// Counts a product for a rating.
    pub fn add_rating(&mut self, rating_x100: i32) {
        for (count, stars) in self.ratings.iter_mut().zip(RATING_STEPS) {
            *count += u64::from(rating_x100 >= stars * 100);
        }
    }

    /// Counts a product by whether it has offers that can be bought, and offers that cannot.
    pub fn add_stock(&mut self, available: bool, sold_out: bool) {
        self.available += u64::from(available);
        self.sold_out += u64::from(sold_out);
    }

    /// Notes the price of an offer of a product in `steps`.
    pub fn note_price(&mut self, amount: i64, steps: &mut u64) {
        *steps |= 1 << price_step(amount);
        self.least_price = self.least_price.min(amount);
        self.greatest_price = self.greatest_price.max(amount);
    }

    /// Counts a product with offers in these price steps.
    pub fn add_prices(&mut self, steps: u64) {
        if steps != 0 {
            *self.prices.entry(steps).or_default() += 1;
        }
    }

    /// What is shown of the counts.
    pub fn into_facets(self, interner: &Interner, filters: &ProductFilters) -> Facets {
        let mut found = Found::default();
        let count = |number: &u32| {
            let counter = self.by_number.get(usize::try_from(*number).ok()?)?;
            Some((*number, u64::from(counter.count)))
        };
        let counted: Vec<(u32, u64)> = self.counted.iter().filter_map(count).collect();
        let chosen: Vec<Uuid> = filters.category.into_iter().chain(filters.shop).collect();
        // One more than is shown says that there are more.
        for (interned, count) in interner.resolve(&counted, MAX_VALUES + 1, &chosen) {
            found.add(interned, count);
        }
        let (category, shop) = chosen_ids(filters);
        let none = Names::default();
        let values = |dimension| {
            let names = found.0.get(&dimension).unwrap_or(&none);
            names.get("").map(Name::values).unwrap_or_default()
        };
        let named = |dimension, chosen: &crate::domain::NamedValues| {
            let names = found.0.get(&dimension).unwrap_or(&none).iter();
            let names = names.map(|(key, name)| name.count(key, chosen.get(key)));
            NamedCounts::of(names.collect(), chosen)
        };
        Facets {
            categories: ValueCounts::of(values(Dimension::Category), &category),
            shops: ValueCounts::of(values(Dimension::Shop), &shop),
            prices: self.price_counts(),
            ratings: self.ratings,
            available: self.available,
            sold_out: self.sold_out,
            options: named(Dimension::Option, &filters.options),
            attributes: named(Dimension::Attribute, &filters.attributes),
        }
    }

    fn price_counts(&self) -> Vec<PriceCount> {
        if self.least_price > self.greatest_price {
            return Vec::new();
        }
        let ranges = price_ranges(self.least_price, self.greatest_price);
        let counts = ranges.into_iter().map(|(first, last)| {
            let steps = (first..=last).fold(0_u64, |steps, step| steps | 1 << step);
            let products = self.prices.iter().filter(|(of, _)| **of & steps != 0);
            let (from, to) = price_bounds((first, last));
            PriceCount {
                from,
                to,
                count: products.map(|(_, count)| count).sum(),
            }
        });
        counts.filter(|range| range.count > 0).collect()
    }
}

/// Everything that was counted, by dimension and folded name.
#[derive(Default)]
struct Found(HashMap<Dimension, Names>);

type Names = HashMap<String, Name>;

/// Spellings with their counts, of a name and of its values by folded value.
#[derive(Default)]
struct Name {
    spellings: Spelled,
    values: HashMap<String, Spelled>,
}

/// Counts by spelling. A value comes with several spellings of its name, so its own may come more than once.
type Spelled = HashMap<String, u64>;

impl Found {
    fn add(&mut self, interned: Interned, count: u64) {
        let Interned { dimension, value } = interned;
        let names = self.0.entry(dimension).or_default();
        let name = names.entry(value.name_key).or_default();
        if value.key.is_empty() {
            *name.spellings.entry(value.name).or_default() += count;
        } else {
            let spellings = name.values.entry(value.key).or_default();
            *spellings.entry(value.label).or_default() += count;
        }
    }
}

impl Name {
    fn values(&self) -> Vec<ValueCount> {
        let values = self.values.iter().map(|(key, spellings)| ValueCount {
            key: key.clone(),
            label: common(spellings),
            count: total(spellings),
        });
        values.collect()
    }

    fn count(&self, key: &str, chosen: Option<&std::collections::BTreeSet<String>>) -> NameCount {
        NameCount {
            key: key.to_owned(),
            label: common(&self.spellings),
            count: total(&self.spellings),
            values: ValueCounts::of(
                self.values(),
                chosen.unwrap_or(&std::collections::BTreeSet::new()),
            ),
        }
    }
}

fn common(spellings: &Spelled) -> String {
    commonest(spellings.iter().map(|(label, count)| (label.as_str(), *count))).to_owned()
}

fn total(spellings: &Spelled) -> u64 {
    spellings.values().sum()
}
