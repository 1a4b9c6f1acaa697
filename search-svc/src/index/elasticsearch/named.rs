//! Facets of options and attributes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::aggregations::{
    Aggregations, Bucket, Counted, counts, counts_at, frequent, frequent_at,
    frequent_of_variations_with_label, frequent_with_label, limited,
};
use super::conditions::{Ignored, term};
use super::facets::values;
use super::mapping::{
    ATTRIBUTE_NAMES, ATTRIBUTE_SPELLINGS, ATTRIBUTE_VALUES, ATTRIBUTES, NamedPart, OPTION_NAMES,
    OPTION_SPELLINGS, OPTION_VALUES, OPTIONS, named, split,
};
use crate::domain::facets::{
    MAX_NAMES, MAX_VALUES, NameCount, NamedCounts, ValueCount, ValueCounts, commonest,
};
use crate::domain::{NamedValues, ProductFilters};

/// What has names and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// Options of variations.
    Options,
    /// Attributes of products.
    Attributes,
}

/// Names of aggregations.
const NAMES: &str = "names";
const SPELLINGS: &str = "spellings";
const ALL_VALUES: &str = "all_values";
/// With the number of a name.
const CHOSEN: &str = "chosen";
const SPELLING: &str = "spelling";
const VALUES: &str = "values";
const CHOSEN_VALUES: &str = "chosen_values";

impl Named {
    fn chosen(self, filters: &ProductFilters) -> &NamedValues {
        match self {
            Self::Options => &filters.options,
            Self::Attributes => &filters.attributes,
        }
    }

    fn parent(self) -> &'static str {
        match self {
            Self::Options => OPTIONS,
            Self::Attributes => ATTRIBUTES,
        }
    }

    fn names_field(self) -> &'static str {
        match self {
            Self::Options => OPTION_NAMES,
            Self::Attributes => ATTRIBUTE_NAMES,
        }
    }

    fn spellings_field(self) -> &'static str {
        match self {
            Self::Options => OPTION_SPELLINGS,
            Self::Attributes => ATTRIBUTE_SPELLINGS,
        }
    }

    fn values_field(self) -> &'static str {
        match self {
            Self::Options => OPTION_VALUES,
            Self::Attributes => ATTRIBUTE_VALUES,
        }
    }

    fn ignored(self, name: &str) -> Ignored<'_> {
        match self {
            Self::Options => Ignored::Option(name),
            Self::Attributes => Ignored::Attribute(name),
        }
    }

    fn of(self, what: &str) -> String {
        format!("{}.{what}", self.parent())
    }

    fn numbered(self, what: &str, number: usize) -> String {
        format!("{}.{what}.{number}", self.parent())
    }

    fn add_frequent(
        self,
        aggregations: &mut Aggregations<'_>,
        ignored: Ignored<'_>,
        name: String,
        (field, size): (&str, usize),
    ) {
        match self {
            Self::Options => {
                aggregations.of_variations(ignored, name, |level| frequent_at(level, field, size))
            }
            Self::Attributes => aggregations.of_products(ignored, name, frequent(field, size)),
        }
    }

    /// Asks for names, and for up to `at_once` spellings of names and of values.
    pub fn add_overview(self, aggregations: &mut Aggregations<'_>, filters: &ProductFilters, at_once: usize) {
        let chosen = self.chosen(filters);
        // Names that a filter names ignore that filter, so they are counted one by one.
        let (field, others) = (self.names_field(), MAX_NAMES + 1);
        let name = self.of(NAMES);
        match self {
            Self::Options => aggregations.of_variations(Ignored::Nothing, name, |level| {
                limited(frequent_at(level, field, others), "exclude", chosen.keys())
            }),
            Self::Attributes => {
                let names = limited(frequent(field, others), "exclude", chosen.keys());
                aggregations.of_products(Ignored::Nothing, name, names);
            }
        }
        for (what, field) in [
            (SPELLINGS, self.spellings_field()),
            (ALL_VALUES, self.values_field()),
        ] {
            self.add_frequent(aggregations, Ignored::Nothing, self.of(what), (field, at_once));
        }
        for (number, key) in chosen.keys().enumerate() {
            let name = self.numbered(CHOSEN, number);
            let has_name = vec![term(field, key.as_str())];
            match self {
                Self::Options => {
                    aggregations.of_variations(self.ignored(key), name, |level| counts_at(level, has_name));
                }
                Self::Attributes => aggregations.of_products(self.ignored(key), name, counts(has_name)),
            }
        }
    }

    /// The names that are shown, with what could be counted at once.
    pub fn read_overview(
        self,
        filters: &ProductFilters,
        counted: &Counted,
    ) -> serde_json::Result<NamedCounts> {
        let chosen = self.chosen(filters);
        let names = counted.buckets(&self.of(NAMES))?;
        let mut names: Vec<NameCount> = names
            .into_iter()
            .map(|name| name_count(name.key.clone(), name.count()))
            .collect();
        for (number, name) in chosen.keys().enumerate() {
            let count = counted.counts(&self.numbered(CHOSEN, number))?.into_iter().sum();
            if count > 0 {
                names.push(name_count(name.clone(), count));
            }
        }
        let mut shown = NamedCounts::of(names, chosen);
        let others = || |name: &&mut NameCount| !chosen.contains_key(&name.key);
        if let Some(buckets) = counted.all_buckets(&self.of(SPELLINGS))? {
            let spellings = by_name(&buckets, |[name, spelling]| (name, spelling));
            for name in shown.names.iter_mut().filter(others()) {
                let spellings = spellings.get(name.key.as_str()).into_iter().flatten();
                name.label = commonest(spellings.copied()).to_owned();
            }
        }
        if let Some(buckets) = counted.all_buckets(&self.of(ALL_VALUES))? {
            let values = by_name(&buckets, |[name, key, label]| (name, (key, label)));
            for name in shown.names.iter_mut().filter(others()) {
                let values = values.get(name.key.as_str()).into_iter().flatten();
                name.values = ValueCounts::of(value_counts(values.copied()), &BTreeSet::new());
            }
        }
        Ok(shown)
    }

    /// Asks for what the overview left open.
    pub fn add_details(
        self,
        aggregations: &mut Aggregations<'_>,
        filters: &ProductFilters,
        shown: &NamedCounts,
    ) {
        for (number, name) in shown.names.iter().enumerate() {
            let chosen = self.chosen(filters).get(&name.key);
            let ignored = match chosen {
                Some(_) => self.ignored(&name.key),
                None => Ignored::Nothing,
            };
            if name.label.is_empty() {
                let field = named(self.parent(), &name.key, NamedPart::Name);
                self.add_frequent(
                    aggregations,
                    ignored,
                    self.numbered(SPELLING, number),
                    (&field, 1),
                );
            }
            if name.values.values.is_empty() {
                let size = MAX_VALUES + 1 + chosen.map_or(0, BTreeSet::len);
                let values = self.frequent_values(&name.key, size);
                self.add_values(aggregations, ignored, self.numbered(VALUES, number), values);
                if let Some(chosen) = chosen.filter(|chosen| !chosen.is_empty()) {
                    let values = limited(self.frequent_values(&name.key, chosen.len()), "include", chosen);
                    self.add_values(
                        aggregations,
                        ignored,
                        self.numbered(CHOSEN_VALUES, number),
                        values,
                    );
                }
            }
        }
    }

    fn frequent_values(self, name: &str, size: usize) -> Value {
        let key = named(self.parent(), name, NamedPart::Key);
        let label = named(self.parent(), name, NamedPart::Label);
        match self {
            Self::Options => frequent_of_variations_with_label(&key, &label, size),
            Self::Attributes => frequent_with_label(&key, &label, size),
        }
    }

    /// A value and its spelling are found together only in one variation.
    fn add_values(
        self,
        aggregations: &mut Aggregations<'_>,
        ignored: Ignored<'_>,
        name: String,
        values: Value,
    ) {
        match self {
            Self::Options => aggregations.of_each_variation(ignored, name, values),
            Self::Attributes => aggregations.of_products(ignored, name, values),
        }
    }

    /// Adds what the overview left open.
    pub fn read_details(
        self,
        shown: &mut NamedCounts,
        filters: &ProductFilters,
        counted: &Counted,
    ) -> serde_json::Result<()> {
        let none = BTreeSet::new();
        for (number, name) in shown.names.iter_mut().enumerate() {
            let chosen = self.chosen(filters).get(&name.key).unwrap_or(&none);
            if name.label.is_empty() {
                let spellings = counted.buckets(&self.numbered(SPELLING, number))?;
                let spelling = spellings.into_iter().next().map(|spelling| spelling.key);
                name.label = spelling.unwrap_or_default();
            }
            if name.values.values.is_empty() {
                let (all, only_chosen) = (
                    self.numbered(VALUES, number),
                    self.numbered(CHOSEN_VALUES, number),
                );
                name.values = values(counted, &all, &only_chosen, chosen)?;
            }
        }
        Ok(())
    }
}

fn name_count(key: String, count: u64) -> NameCount {
    NameCount {
        key,
        label: String::new(),
        count,
        values: ValueCounts::default(),
    }
}

/// Joined values with their counts, by the first of their parts.
fn by_name<'a, const N: usize, T>(
    buckets: &'a [Bucket],
    name_and_rest: impl Fn([&'a str; N]) -> (&'a str, T),
) -> BTreeMap<&'a str, Vec<(T, u64)>> {
    let mut names: BTreeMap<&str, Vec<(T, u64)>> = BTreeMap::new();
    for bucket in buckets {
        if let Some((name, rest)) = split(&bucket.key).map(&name_and_rest) {
            names.entry(name).or_default().push((rest, bucket.count()));
        }
    }
    names
}

/// Counts of folded values from those of their spellings.
fn value_counts<'a>(spelled: impl Iterator<Item = ((&'a str, &'a str), u64)>) -> Vec<ValueCount> {
    let mut values: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for ((key, label), count) in spelled {
        values.entry(key).or_default().push((label, count));
    }
    let value = |(key, spellings): (&str, Vec<(&str, u64)>)| ValueCount {
        key: key.to_owned(),
        count: spellings.iter().map(|(_, count)| count).sum(),
        label: commonest(spellings).to_owned(),
    };
    values.into_iter().map(value).collect()
}
