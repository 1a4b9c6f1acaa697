//! What every backend must answer, computed from the definitions document by document.
//!
//! Slow and plain: each count of a facet is the total of the search with that value chosen in place of the facet's own
//! filter.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use search_svc::domain::facets::{
    Facets, NameCount, NamedCounts, PriceCount, RATING_STEPS, ValueCount, ValueCounts, chosen_ids, commonest,
    price_bounds, price_ranges,
};
use search_svc::domain::{
    Clause, Document, DocumentVariation, FacetValue, Field, Kind, NamedValues, Position, ProductFilters,
    ProductMatch, ProductPage, ProductSearch, Sort, TextQuery,
};

/// All documents.
pub struct Reference {
    pub documents: Vec<Document>,
}

impl Reference {
    /// The page that a search must be answered with.
    pub fn page(&self, search: &ProductSearch) -> ProductPage {
        let mut hits: Vec<ProductMatch> = self
            .found(search, &search.filters)
            .map(|document| ProductMatch {
                card: document.card.clone(),
                position: position(document, search),
            })
            .collect();
        let total = hits.len() as u64;
        hits.sort_by(|a, b| compare(a.position, b.position, search.sort));
        if let Some(after) = search.after {
            hits.retain(|hit| compare(after, hit.position, search.sort) == Ordering::Less);
        }
        let has_more = hits.len() > search.limit;
        hits.truncate(search.limit);
        ProductPage {
            hits,
            has_more,
            total,
            facets: self.facets(search),
            snapshot: None,
        }
    }

    fn found<'a>(
        &'a self,
        search: &'a ProductSearch,
        filters: &'a ProductFilters,
    ) -> impl Iterator<Item = &'a Document> {
        self.documents.iter().filter(move |document| {
            document.card.kind == Kind::Product
                && !search.hidden_shops.contains(&document.card.shop_id)
                && search
                    .text
                    .as_deref()
                    .is_none_or(|text| weight(document, text).is_some())
                && meets(document, filters)
        })
    }

    fn facets(&self, search: &ProductSearch) -> Facets {
        let (category, shop) = chosen_ids(&search.filters);
        let total = |change: &dyn Fn(&mut ProductFilters)| {
            self.found(search, &changed(search, change)).count() as u64
        };
        Facets {
            categories: self.values(
                search,
                &category,
                |document| &document.categories,
                |filters, value| {
                    filters.category = Some(value.key.parse().unwrap());
                },
            ),
            shops: self.values(
                search,
                &shop,
                |document| std::slice::from_ref(&document.shop),
                |filters, value| {
                    filters.shop = Some(value.key.parse().unwrap());
                },
            ),
            prices: self.prices(search),
            ratings: RATING_STEPS.map(|stars| total(&|filters| filters.min_rating_x100 = Some(stars * 100))),
            available: total(&|filters| filters.in_stock = Some(true)),
            sold_out: total(&|filters| filters.in_stock = Some(false)),
            options: self.named(search, |filters| &mut filters.options, options),
            attributes: self.named(
                search,
                |filters| &mut filters.attributes,
                |document| document.attributes.iter().collect(),
            ),
        }
    }

    fn values(
        &self,
        search: &ProductSearch,
        chosen: &BTreeSet<String>,
        of: impl Fn(&Document) -> &[FacetValue],
        choose: impl Fn(&mut ProductFilters, &FacetValue),
    ) -> ValueCounts {
        let all = self.documents.iter().flat_map(|document| of(document).to_vec());
        let all: BTreeMap<String, FacetValue> = all.map(|value| (value.key.clone(), value)).collect();
        let counts = all.into_values().filter_map(|value| {
            let filters = changed(search, &|filters| choose(filters, &value));
            let found = self.found(search, &filters).flat_map(&of);
            value_count(&value.key, found.filter(|found| found.key == value.key))
        });
        ValueCounts::of(counts.collect(), chosen)
    }

    fn named(
        &self,
        search: &ProductSearch,
        wanted: impl Fn(&mut ProductFilters) -> &mut NamedValues,
        of: impl Fn(&Document) -> Vec<&FacetValue>,
    ) -> NamedCounts {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for value in self.documents.iter().flat_map(&of) {
            all.entry(value.name_key.clone())
                .or_default()
                .insert(value.key.clone());
        }
        let chosen = wanted(&mut search.filters.clone()).clone();
        let choose = |name: &str, keys: BTreeSet<String>| {
            changed(search, &|filters| {
                wanted(filters).insert(name.to_owned(), keys.clone());
            })
        };
        let names = all.iter().filter_map(|(name, keys)| {
            let values = keys.iter().filter_map(|key| {
                let filters = choose(name, [key.clone()].into());
                let found = self.found(search, &filters);
                value_count(key, found.map(|document| one(&of(document), name, Some(key))))
            });
            let values: Vec<ValueCount> = values.collect();
            let filters = choose(name, keys.clone());
            let spelled = self
                .found(search, &filters)
                .map(|document| one(&of(document), name, None).name.clone());
            let (label, count) = label_and_count(spelled)?;
            Some(NameCount {
                key: name.clone(),
                label,
                count,
                values: ValueCounts::of(values, chosen.get(name).unwrap_or(&BTreeSet::new())),
            })
        });
        NamedCounts::of(names.collect(), &chosen)
    }

    fn prices(&self, search: &ProductSearch) -> Vec<PriceCount> {
        let any_price = changed(search, &|filters| {
            (filters.min_price, filters.max_price) = (None, None)
        });
        let prices: Vec<i64> = self
            .found(search, &any_price)
            .flat_map(|document| &document.variations)
            .filter(|variation| accepts(variation, &any_price))
            .map(|variation| variation.price)
            .collect();
        let (Some(least), Some(greatest)) = (prices.iter().min(), prices.iter().max()) else {
            return Vec::new();
        };
        let counts = price_ranges(*least, *greatest)
            .into_iter()
            .map(price_bounds)
            .map(|(from, to)| {
                let in_range = changed(search, &|filters| {
                    (filters.min_price, filters.max_price) = (Some(from), Some(to))
                });
                let count = self.found(search, &in_range).count() as u64;
                PriceCount { from, to, count }
            });
        counts.filter(|range| range.count > 0).collect()
    }
}

fn changed(search: &ProductSearch, change: &dyn Fn(&mut ProductFilters)) -> ProductFilters {
    let mut filters = search.filters.clone();
    change(&mut filters);
    filters
}

/// The value of a name in one document: all of its spellings are equal.
fn one<'a>(values: &[&'a FacetValue], name: &str, key: Option<&String>) -> &'a FacetValue {
    let is_it = |value: &&&FacetValue| value.name_key == name && key.is_none_or(|key| value.key == *key);
    values.iter().find(is_it).unwrap()
}

fn value_count<'a>(key: &str, found: impl Iterator<Item = &'a FacetValue>) -> Option<ValueCount> {
    let (label, count) = label_and_count(found.map(|value| value.label.clone()))?;
    Some(ValueCount {
        key: key.to_owned(),
        label,
        count,
    })
}

fn label_and_count(spellings: impl Iterator<Item = String>) -> Option<(String, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for spelling in spellings {
        *counts.entry(spelling).or_default() += 1;
    }
    let label = commonest(counts.iter().map(|(label, count)| (label.as_str(), *count)));
    (!counts.is_empty()).then(|| (label.to_owned(), counts.values().sum()))
}

fn options(document: &Document) -> Vec<&FacetValue> {
    document
        .variations
        .iter()
        .flat_map(|variation| &variation.options)
        .collect()
}

fn meets(document: &Document, filters: &ProductFilters) -> bool {
    let has_category = |id| document.categories.iter().any(|category| category.key == id);
    filters.category.is_none_or(|id| has_category(id.to_string()))
        && filters.shop.is_none_or(|id| document.card.shop_id == id)
        && filters
            .min_rating_x100
            .is_none_or(|least| document.card.rating.average_x100 >= least)
        && has_all(&document.attributes, &filters.attributes)
        && (!filters.has_variation_filters()
            || document
                .variations
                .iter()
                .any(|variation| accepts(variation, filters)))
}

fn accepts(variation: &DocumentVariation, filters: &ProductFilters) -> bool {
    filters.min_price.is_none_or(|least| variation.price >= least)
        && filters.max_price.is_none_or(|most| variation.price <= most)
        && filters
            .in_stock
            .is_none_or(|wanted| variation.available == wanted)
        && filters.on_sale.is_none_or(|wanted| variation.on_sale == wanted)
        && has_all(&variation.options, &filters.options)
}

fn has_all(values: &[FacetValue], wanted: &NamedValues) -> bool {
    wanted.iter().all(|(name, keys)| {
        let mut values = values.iter();
        values.any(|value| value.name_key == *name && keys.contains(&value.key))
    })
}

/// The sum, over the groups, of the heaviest clause that holds; `None` if none holds.
fn weight(document: &Document, text: &TextQuery) -> Option<f32> {
    let best = |group: &Vec<Clause>| {
        let weights = group
            .iter()
            .filter(|clause| holds(document, clause))
            .map(|clause| clause.weight);
        weights.reduce(f32::max)
    };
    text.groups
        .iter()
        .filter_map(best)
        .reduce(|sum, weight| sum + weight)
}

fn holds(document: &Document, clause: &Clause) -> bool {
    let words: Vec<&str> = match clause.field {
        Field::Title => document.title.split(' ').collect(),
        Field::Tags => document.tags.split(' ').collect(),
        Field::About => document.about.split(' ').collect(),
        Field::Codes => document.codes.iter().map(String::as_str).collect(),
        Field::WholeTitle => vec![&document.whole_title],
    };
    clause.terms.iter().any(|term| words.contains(&term.as_str()))
}

fn position(document: &Document, search: &ProductSearch) -> Position {
    let id = document.card.id;
    match search.sort {
        Sort::Relevance => {
            let weight = search.text.as_deref().and_then(|text| weight(document, text));
            Position::Score(weight.unwrap_or_default() * document.rank, id)
        }
        Sort::Newest => Position::Newest(id),
        Sort::PriceUp | Sort::PriceDown => {
            let offer = search.filters.offer(&document.card);
            Position::Price {
                sold_out: offer.is_none_or(|offer| !offer.available),
                amount: offer.map(|offer| offer.price.amount),
                id,
            }
        }
        Sort::Rating => Position::Rating(document.card.rating.average_x100, id),
    }
}

/// Which position comes first.
fn compare(a: Position, b: Position, sort: Sort) -> Ordering {
    match (a, b) {
        (Position::Score(a, a_id), Position::Score(b, b_id)) => b.total_cmp(&a).then(b_id.cmp(&a_id)),
        (Position::Newest(a), Position::Newest(b)) => b.cmp(&a),
        (Position::Rating(a, a_id), Position::Rating(b, b_id)) => (b, b_id).cmp(&(a, a_id)),
        (
            Position::Price {
                sold_out: a_out,
                amount: a,
                id: a_id,
            },
            Position::Price {
                sold_out: b_out,
                amount: b,
                id: b_id,
            },
        ) => {
            let by_amount = match sort {
                Sort::PriceDown => b.cmp(&a),
                _ => a.cmp(&b),
            };
            // `None` is the least, and comes last.
            let missing_last = a.is_none().cmp(&b.is_none());
            a_out
                .cmp(&b_out)
                .then(missing_last)
                .then(by_amount)
                .then(b_id.cmp(&a_id))
        }
        _ => panic!("positions of two orders"),
    }
}
