//! The parameters of a product search.

use std::collections::BTreeSet;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use souk_http::{Problem, QueryPair, query_pairs, typed_query};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use crate::domain::{FacetValue, NamedValues, ProductFilters, Sort, facet_key};

/// Parameters whose names begin like this are followed by the name of an option or attribute.
const OPTION: &str = "option.";
const ATTRIBUTE: &str = "attribute.";
/// So many names of options, and as many of attributes.
const MAX_NAMES: usize = 10;
/// So many values of one name.
const MAX_VALUES: usize = 50;
/// Longest name or value.
const MAX_CHARS: usize = 100;

/// What to look for.
///
/// Besides these, `option.<name>` and `attribute.<name>` filter by any option or attribute; repeated, any of the values fits.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProductQuery {
    /// Words, the beginning of a word, an SKU or a barcode. Typing errors are forgiven. Without it all products are listed.
    #[validate(length(max = 200))]
    #[param(max_length = 200, example = "lether boots")]
    q: Option<String>,
    /// Only products of this category or a category below it.
    category: Option<Uuid>,
    /// Only products of this shop.
    #[param(ignore)]
    shop_id: Option<Uuid>,
    /// Lowest price of a variation, in minor units; not above `max_price`.
    #[validate(range(min = 0))]
    #[param(minimum = 0, example = 1000)]
    min_price: Option<i64>,
    /// Highest price of a variation, in minor units.
    #[validate(range(min = 0))]
    #[param(minimum = 0, example = 25000)]
    max_price: Option<i64>,
    /// `true`: only variations that can be bought now; `false`: only those that cannot.
    in_stock: Option<bool>,
    /// `true`: only variations that cost less than before; `false`: only those that do not.
    on_sale: Option<bool>,
    /// Lowest average rating in stars. Products without reviews count as 0.
    #[validate(range(min = 0.0, max = 5.0), custom(function = is_number))]
    #[param(minimum = 0, maximum = 5, example = 4)]
    min_rating: Option<f64>,
    /// The order of the hits; `relevance` when there is a `q`, else `newest`.
    #[param(inline)]
    sort: Option<SortParam>,
    /// How many products at most.
    #[validate(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20, example = 20)]
    limit: Option<usize>,
    /// `next_cursor` of the page before, with the same other parameters.
    #[validate(length(max = 2048))]
    #[param(max_length = 2048)]
    cursor: Option<String>,
}

/// The parameters that have fixed names.
const KNOWN: [&str; 11] = [
    "q",
    "category",
    "shop_id",
    "min_price",
    "max_price",
    "in_stock",
    "on_sale",
    "min_rating",
    "sort",
    "limit",
    "cursor",
];

/// The order of hits.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub enum SortParam {
    /// Best match first.
    #[serde(rename = "relevance")]
    Relevance,
    /// Newest first.
    #[serde(rename = "newest")]
    Newest,
    /// Lowest price first; products that cannot be bought come last.
    #[serde(rename = "price")]
    Price,
    /// Highest price first; products that cannot be bought come last.
    #[serde(rename = "-price")]
    PriceDown,
    /// Best rated first.
    #[serde(rename = "rating")]
    Rating,
}

/// The parameters of a request.
#[derive(Debug, Default)]
pub struct ProductParams {
    /// What was typed; `None` for nothing but spaces.
    pub q: Option<String>,
    /// The filters.
    pub filters: ProductFilters,
    /// The order.
    pub sort: Sort,
    /// How many hits.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<String>,
    /// The options and attributes of the filters as they were typed.
    pub chosen: Chosen,
}

/// The values that were chosen, in the spelling of the request.
#[derive(Debug, Default)]
pub struct Chosen {
    /// Of options.
    pub options: Vec<FacetValue>,
    /// Of attributes.
    pub attributes: Vec<FacetValue>,
}

impl FromRequest for ProductParams {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query_pairs(request).and_then(Self::parse))
    }
}

impl ProductParams {
    fn parse(pairs: Vec<QueryPair>) -> Result<Self, Problem> {
        let (mut fixed, mut options, mut attributes) = (Vec::new(), Vec::new(), Vec::new());
        let mut unknown = BTreeSet::new();
        for (name, value) in pairs {
            if let Some(option) = name.strip_prefix(OPTION) {
                options.push((option.to_owned(), value));
            } else if let Some(attribute) = name.strip_prefix(ATTRIBUTE) {
                attributes.push((attribute.to_owned(), value));
            } else if KNOWN.contains(&name.as_str()) {
                fixed.push((name, value));
            } else {
                unknown.insert(name);
            }
        }
        if !unknown.is_empty() {
            return Err(unknown_parameters(&unknown));
        }
        let query: ProductQuery = typed_query(&fixed)?;
        if let (Some(min), Some(max)) = (query.min_price, query.max_price)
            && min > max
        {
            let detail = "This must not be above max_price.";
            return Err(Problem::invalid().field("/min_price", "range", detail));
        }
        let q = query.q.filter(|q| !q.trim().is_empty());
        let sort = match query.sort {
            Some(SortParam::Relevance) => Sort::Relevance,
            Some(SortParam::Newest) => Sort::Newest,
            Some(SortParam::Price) => Sort::PriceUp,
            Some(SortParam::PriceDown) => Sort::PriceDown,
            Some(SortParam::Rating) => Sort::Rating,
            None if q.is_some() => Sort::Relevance,
            None => Sort::Newest,
        };
        Ok(Self {
            // Without words nothing fits better than anything else.
            sort: if q.is_none() && sort == Sort::Relevance {
                Sort::Newest
            } else {
                sort
            },
            q,
            filters: ProductFilters {
                category: query.category,
                shop: query.shop_id,
                min_price: query.min_price,
                max_price: query.max_price,
                in_stock: query.in_stock,
                on_sale: query.on_sale,
                min_rating_x100: query.min_rating.map(hundredths),
                options: named(OPTION, &options)?,
                attributes: named(ATTRIBUTE, &attributes)?,
            },
            chosen: Chosen {
                options: typed(&options),
                attributes: typed(&attributes),
            },
            limit: query.limit.unwrap_or(20),
            cursor: query.cursor,
        })
    }

    /// What a cursor of this search is bound to.
    pub fn fingerprint(&self) -> Vec<u8> {
        // Numbers, texts and ids always serialize.
        serde_json::to_vec(&(&self.q, &self.filters, self.sort)).unwrap_or_default()
    }
}

fn unknown_parameters(names: &BTreeSet<String>) -> Problem {
    let known = KNOWN.join(", ");
    names.iter().take(20).fold(Problem::invalid(), |problem, name| {
        let name: String = name.chars().take(64).collect();
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let detail =
            format!("There is no such parameter. Known are {known}, option.<name> and attribute.<name>.");
        problem.field(pointer, "unknown_parameter", detail)
    })
}

fn typed(pairs: &[QueryPair]) -> Vec<FacetValue> {
    let values = pairs
        .iter()
        .filter_map(|(name, value)| FacetValue::named(name, value));
    values.collect()
}

fn named(prefix: &str, pairs: &[QueryPair]) -> Result<NamedValues, Problem> {
    let mut wanted = NamedValues::new();
    for (name, value) in pairs {
        let wrong = |code, detail| {
            let shown: String = name.chars().take(64).collect();
            let pointer = format!("/{prefix}{}", shown.replace('~', "~0").replace('/', "~1"));
            Problem::invalid().field(pointer, code, detail)
        };
        if name.chars().count() > MAX_CHARS || value.chars().count() > MAX_CHARS {
            return Err(wrong("length", "Names and values have at most 100 characters."));
        }
        let (name_key, key) = (facet_key(name), facet_key(value));
        if name_key.is_empty() || key.is_empty() {
            return Err(wrong("required", "A name and a value are needed."));
        }
        let values = wanted.entry(name_key).or_default();
        values.insert(key);
        if values.len() > MAX_VALUES {
            return Err(wrong("length", "At most 50 values can be chosen."));
        }
        if wanted.len() > MAX_NAMES {
            return Err(wrong("length", "At most 10 names can be chosen."));
        }
    }
    Ok(wanted)
}

/// No range excludes what is not a number.
fn is_number(stars: f64) -> Result<(), ValidationError> {
    if stars.is_nan() {
        Err(ValidationError::new("range"))
    } else {
        Ok(())
    }
}

/// A hundred times as much, rounded up: nothing below is to be found.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "validated to lie between 0 and 5"
)]
fn hundredths(stars: f64) -> i32 {
    let (near, exact) = ((stars * 100.0).round(), stars * 100.0);
    let is_whole = (near - exact).abs() < 1e-9;
    if is_whole {
        near as i32
    } else {
        exact.ceil() as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &[(&str, &str)]) -> Result<ProductParams, Problem> {
        ProductParams::parse(
            query
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        )
    }

    #[test]
    fn repeated_options_are_alternatives_compared_by_their_folded_form() {
        let params = parse(&[
            ("option.Color", "Red"),
            ("option.color", "BLUE"),
            ("attribute.Brand", "Araz"),
        ]);

        let filters = params.unwrap().filters;
        assert_eq!(
            filters.options["color"],
            BTreeSet::from(["red".to_owned(), "blue".to_owned()])
        );
        assert_eq!(filters.attributes["brand"].len(), 1);
    }

    #[test]
    fn the_order_is_relevance_only_when_there_are_words() {
        assert_eq!(parse(&[("q", "boots")]).unwrap().sort, Sort::Relevance);
        assert_eq!(parse(&[("q", "  ")]).unwrap().sort, Sort::Newest);
        assert_eq!(parse(&[("sort", "relevance")]).unwrap().sort, Sort::Newest);
        assert_eq!(
            parse(&[("q", "boots"), ("sort", "-price")]).unwrap().sort,
            Sort::PriceDown
        );
    }

    #[test]
    fn a_rating_is_never_rounded_down() {
        let least = |rating| parse(&[("min_rating", rating)]).unwrap().filters.min_rating_x100;

        assert_eq!(
            ["0", "0.001", "4.61", "4.6", "4.671", "5"].map(least),
            [0, 1, 461, 460, 468, 500].map(Some)
        );
    }

    #[test]
    fn what_does_not_fit_is_pointed_at() {
        for (name, value, pointer) in [
            ("brand", "x", "/brand"),
            ("category", "shoes", "/category"),
            ("min_rating", "6", "/min_rating"),
            ("min_price", "-1", "/min_price"),
            ("sort", "popular", "/sort"),
            ("in_stock", "yes", "/in_stock"),
            ("option.", "red", "/option."),
            ("option.color", "", "/option.color"),
            ("limit", "0", "/limit"),
        ] {
            let body = parse(&[(name, value)]).unwrap_err().to_body();
            assert_eq!((body.status, body.errors[0].pointer.as_str()), (422, pointer));
        }
    }
}
