//! Numbers for the values that products are filtered and counted by, the same in all segments of all indexes of the
//! process.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::domain::{Dimension, FacetValue};

/// Separates the parts of a value in the index; it never occurs in them.
const SEPARATOR: char = '\u{1f}';
/// Stands where there is no number.
pub const NONE: u32 = u32::MAX;

/// A value as the index keeps it.
pub fn encode(dimension: Dimension, value: &FacetValue) -> String {
    let parts = [&value.name_key, &value.key, &value.name, &value.label];
    let mut text = String::with_capacity(8 + parts.iter().map(|part| part.len()).sum::<usize>());
    text.push(letter(dimension));
    for part in parts {
        text.push(SEPARATOR);
        text.extend(part.chars().filter(|letter| *letter != SEPARATOR));
    }
    text
}

fn decode(text: &str) -> Option<(Dimension, FacetValue)> {
    let mut parts = text.split(SEPARATOR);
    let dimension = match parts.next()? {
        "c" => Dimension::Category,
        "s" => Dimension::Shop,
        "a" => Dimension::Attribute,
        "o" => Dimension::Option,
        _ => return None,
    };
    let mut next = || parts.next().map(str::to_owned);
    let value = FacetValue {
        name_key: next()?,
        key: next()?,
        name: next()?,
        label: next()?,
    };
    Some((dimension, value))
}

fn letter(dimension: Dimension) -> char {
    match dimension {
        Dimension::Category => 'c',
        Dimension::Shop => 's',
        Dimension::Attribute => 'a',
        Dimension::Option => 'o',
    }
}

/// Gives out the numbers. A number is never given to another value.
#[derive(Default)]
pub struct Interner {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By encoded value, and by encoded value without key and label for names.
    numbers: HashMap<Box<str>, u32>,
    /// What each number stands for, encoded.
    texts: Vec<Box<str>>,
    /// The number of the name that a value belongs to, itself for names.
    names: Arc<Vec<u32>>,
    /// The values of a folded name, by dimension.
    values_of: HashMap<(Dimension, String), Vec<u32>>,
    /// The spellings of a category or shop, by dimension and id.
    spellings_of: HashMap<(Dimension, String), Vec<u32>>,
    /// The category or shop that a number stands for.
    ids: Vec<Option<(Dimension, Uuid)>>,
}

/// What a number stands for.
#[derive(Debug, Clone)]
pub struct Interned {
    /// What it describes.
    pub dimension: Dimension,
    /// Its parts; a name has no key and no label.
    pub value: FacetValue,
}

impl Interner {
    /// The numbers of encoded values, in order.
    pub fn intern(&self, texts: &[String]) -> Vec<u32> {
        let mut state = self.lock();
        texts.iter().map(|text| state.intern(text)).collect()
    }

    /// The number of the name that each value belongs to.
    pub fn names(&self) -> Arc<Vec<u32>> {
        self.lock().names.clone()
    }

    /// All numbers of values of a folded name with their folded values.
    pub fn values_of(&self, dimension: Dimension, name_key: &str) -> Vec<(u32, String)> {
        let state = self.lock();
        let numbers = state.values_of.get(&(dimension, name_key.to_owned()));
        let value = |number: &u32| Some((*number, state.resolve(*number)?.value.key));
        numbers.into_iter().flatten().filter_map(value).collect()
    }

    /// All numbers of a category or shop, one per spelling of its name.
    pub fn spellings_of(&self, dimension: Dimension, id: &str) -> Vec<u32> {
        let state = self.lock();
        let numbers = state.spellings_of.get(&(dimension, id.to_owned()));
        numbers.cloned().unwrap_or_default()
    }

    /// What counted numbers stand for. Of categories and of shops only the most frequent `limit` and the `chosen` ones:
    /// a search may count thousands of shops, and shows few of them.
    pub fn resolve(&self, counted: &[(u32, u64)], limit: usize, chosen: &[Uuid]) -> Vec<(Interned, u64)> {
        let state = self.lock();
        let left_out = state.least_frequent(counted, limit, chosen);
        let shown = counted
            .iter()
            .filter(|(number, _)| state.id_of(*number).is_none_or(|id| !left_out.contains(&id)));
        let resolved = shown.filter_map(|(number, count)| Some((state.resolve(*number)?, *count)));
        resolved.collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn intern(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let Some((dimension, value)) = decode(text) else {
            return NONE;
        };
        match dimension {
            Dimension::Category | Dimension::Shop => {
                let number = self.push(text, None);
                let id = value.key.parse().ok().map(|id| (dimension, id));
                if let Some(of) = self.ids.last_mut() {
                    *of = id;
                }
                let spellings = self.spellings_of.entry((dimension, value.key)).or_default();
                spellings.push(number);
                number
            }
            Dimension::Attribute | Dimension::Option => {
                let name = FacetValue {
                    key: String::new(),
                    label: String::new(),
                    ..value.clone()
                };
                let name = encode(dimension, &name);
                let name = match self.numbers.get(name.as_str()) {
                    Some(name) => *name,
                    None => self.push(&name, None),
                };
                let number = self.push(text, Some(name));
                let values = self.values_of.entry((dimension, value.name_key)).or_default();
                values.push(number);
                number
            }
        }
    }

    fn push(&mut self, text: &str, name: Option<u32>) -> u32 {
        let number = u32::try_from(self.texts.len()).unwrap_or(NONE);
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        Arc::make_mut(&mut self.names).push(name.unwrap_or(number));
        self.ids.push(None);
        number
    }

    fn id_of(&self, number: u32) -> Option<(Dimension, Uuid)> {
        self.ids.get(usize::try_from(number).ok()?).copied().flatten()
    }

    /// The categories and shops that are less frequent than `limit` others, without the chosen ones.
    fn least_frequent(
        &self,
        counted: &[(u32, u64)],
        limit: usize,
        chosen: &[Uuid],
    ) -> HashSet<(Dimension, Uuid)> {
        let mut totals: HashMap<(Dimension, Uuid), u64> = HashMap::new();
        for (number, count) in counted {
            if let Some(id) = self.id_of(*number) {
                *totals.entry(id).or_default() += count;
            }
        }
        let mut least = HashSet::new();
        for dimension in [Dimension::Category, Dimension::Shop] {
            let mut of: Vec<(u64, Uuid)> = totals
                .iter()
                .filter(|((other, _), _)| *other == dimension)
                .map(|((_, id), count)| (*count, *id))
                .collect();
            if of.len() > limit {
                // Of equals the first ids, as facets are ordered.
                of.select_nth_unstable_by(limit, |a, b| (b.0, a.1).cmp(&(a.0, b.1)));
                let rest = of.into_iter().skip(limit).map(|(_, id)| id);
                least.extend(rest.filter(|id| !chosen.contains(id)).map(|id| (dimension, id)));
            }
        }
        least
    }

    fn resolve(&self, number: u32) -> Option<Interned> {
        let text = self.texts.get(usize::try_from(number).ok()?)?;
        let (dimension, value) = decode(text)?;
        Some(Interned { dimension, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_number_and_a_name() {
        let interner = Interner::default();
        let red = encode(Dimension::Option, &FacetValue::named("Color", "Red").unwrap());
        let blue = encode(Dimension::Option, &FacetValue::named("Color", "Blue").unwrap());

        let numbers = interner.intern(&[red.clone(), blue, red]);

        assert_eq!(numbers[0], numbers[2]);
        assert_ne!(numbers[0], numbers[1]);
        let names = interner.names();
        let name_of = |number: u32| names[usize::try_from(number).unwrap()];
        assert_eq!(name_of(numbers[0]), name_of(numbers[1]));
        let (name, _) = interner.resolve(&[(name_of(numbers[0]), 1)], 1, &[]).remove(0);
        assert_eq!((name.value.name.as_str(), name.value.key.as_str()), ("Color", ""));
        assert_eq!(interner.values_of(Dimension::Option, "color").len(), 2);
        assert!(interner.values_of(Dimension::Attribute, "color").is_empty());
    }

    #[test]
    fn of_shops_the_most_frequent_are_resolved_and_the_chosen_ones() {
        let interner = Interner::default();
        let ids: Vec<Uuid> = (1..=6).map(Uuid::from_u128).collect();
        let shops = ids
            .iter()
            .map(|id| encode(Dimension::Shop, &FacetValue::identified(*id, "Shop")));
        let renamed = encode(Dimension::Shop, &FacetValue::identified(ids[4], "Renamed"));
        let numbers = interner.intern(&shops.chain([renamed]).collect::<Vec<_>>());
        // The fifth has most of them by both of its names, the first and the second are equal.
        let counted: Vec<(u32, u64)> = numbers.into_iter().zip([3, 3, 2, 1, 2, 1, 2]).collect();

        let resolved = interner.resolve(&counted, 2, &[ids[5]]);

        let keys: Vec<String> = resolved.into_iter().map(|(shop, _)| shop.value.key).collect();
        let expected = [ids[0], ids[4], ids[5], ids[4]].map(|id| id.to_string());
        assert_eq!(keys, expected);
    }
}
