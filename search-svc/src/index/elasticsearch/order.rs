//! The order of hits, and how a page goes on where the one before ended.

use serde_json::{Value, json};
use uuid::Uuid;

use super::conditions::{Ignored, all, none, of_variation, term, with_variation};
use super::mapping::{AVAILABLE, ID, PRICE, RATING, VARIATIONS};
use crate::domain::{Position, ProductSearch, Sort};

/// A part of the hits. By price, what can be bought comes before what cannot, and the price that counts is that of the
/// offer: no sort of the server says so at once, so the two parts are searched for one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All hits.
    Whole,
    /// Products with a fitting variation that can be bought.
    Available,
    /// The others.
    SoldOut,
}

impl Part {
    /// The parts of the hits that a page may hold, in order.
    pub fn of(search: &ProductSearch) -> &'static [Self] {
        match (search.sort, search.after) {
            (Sort::PriceUp | Sort::PriceDown, Some(Position::Price { sold_out: true, .. })) => {
                &[Self::SoldOut]
            }
            (Sort::PriceUp | Sort::PriceDown, _) => &[Self::Available, Self::SoldOut],
            _ => &[Self::Whole],
        }
    }

    /// What a product must have to be in it, beside the filters.
    pub fn condition(self, search: &ProductSearch) -> Option<Value> {
        match self {
            Self::Whole => None,
            Self::Available => Some(has_available(search)),
            Self::SoldOut => Some(none(vec![has_available(search)])),
        }
    }
}

fn has_available(search: &ProductSearch) -> Value {
    if search.filters.has_variation_filters() {
        with_variation(available(search))
    } else {
        // The document of the product has the values of all its variations.
        term(AVAILABLE, true)
    }
}

fn available(search: &ProductSearch) -> Vec<Value> {
    let mut conditions = of_variation(&search.filters, Ignored::Nothing);
    conditions.push(term(AVAILABLE, true));
    conditions
}

/// Whether hits are ordered by how well they fit.
pub fn is_by_score(search: &ProductSearch) -> bool {
    search.sort == Sort::Relevance && search.text.is_some()
}

/// The best fit first, the newest of equals.
pub fn by_score() -> Value {
    json!([{ "_score": "desc" }, { ID: "desc" }])
}

/// The keys that a part is sorted by.
pub fn keys(search: &ProductSearch, part: Part) -> Value {
    let newest = json!({ ID: "desc" });
    match search.sort {
        Sort::Relevance if is_by_score(search) => by_score(),
        Sort::Relevance | Sort::Newest => json!([newest]),
        Sort::PriceUp => json!([offer_price(search, part, "asc"), newest]),
        Sort::PriceDown => json!([offer_price(search, part, "desc"), newest]),
        Sort::Rating => json!([{ RATING: "desc" }, newest]),
    }
}

/// The least price of the variations that a hit could show.
fn offer_price(search: &ProductSearch, part: Part, order: &str) -> Value {
    let variations = match part {
        Part::Available => available(search),
        Part::Whole | Part::SoldOut => of_variation(&search.filters, Ignored::Nothing),
    };
    let nested = json!({ "path": VARIATIONS, "filter": all(variations) });
    json!({ PRICE: { "order": order, "mode": "min", "nested": nested, "missing": "_last" } })
}

/// The keys of the hit that a part goes on after.
pub fn after(search: &ProductSearch, part: Part) -> Option<Value> {
    match search.after? {
        Position::Score(score, id) if is_by_score(search) => Some(json!([score, id])),
        Position::Score(_, id) | Position::Newest(id) => Some(json!([id])),
        Position::Price { sold_out, amount, id } if sold_out == (part == Part::SoldOut) => {
            Some(json!([amount.unwrap_or_else(|| missing_price(search.sort)), id]))
        }
        Position::Price { .. } => None,
        Position::Rating(average_x100, id) => Some(json!([average_x100, id])),
    }
}

/// What the server sorts a product without variations by.
fn missing_price(sort: Sort) -> i64 {
    match sort {
        Sort::PriceDown => i64::MIN,
        _ => i64::MAX,
    }
}

/// Where a hit with these keys stands.
pub fn position(search: &ProductSearch, part: Part, keys: &[Value], id: Uuid) -> Option<Position> {
    let key = keys.first()?;
    Some(match search.sort {
        Sort::Relevance if is_by_score(search) => Position::Score(narrow(key.as_f64()?), id),
        Sort::Relevance => Position::Score(0.0, id),
        Sort::Newest => Position::Newest(id),
        Sort::PriceUp | Sort::PriceDown => Position::Price {
            sold_out: part == Part::SoldOut,
            amount: key
                .as_i64()
                .filter(|amount| *amount != missing_price(search.sort)),
            id,
        },
        Sort::Rating => Position::Rating(i32::try_from(key.as_i64()?).ok()?, id),
    })
}

#[expect(clippy::as_conversions, reason = "scores are f32, JSON has only f64")]
fn narrow(score: f64) -> f32 {
    score as f32
}
