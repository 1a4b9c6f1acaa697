//! Search of everything at once.

use actix_web::get;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use souk_http::{Json, Query, Refusals};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use super::hits::{ProductHit, ShopHit};
use crate::Result;
use crate::domain::{Card, ProductFilters, ProductPage, TextQuery};
use crate::flows::Searcher;

const DEFAULT_SIZE: usize = 10;

/// What to look for.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// What a person types: words, the beginning of a word, an article number. Typing errors are forgiven.
    #[validate(length(max = 200), custom(function = not_blank))]
    #[param(min_length = 1, max_length = 200, example = "shoos lether")]
    q: String,
    /// How many shops and how many products at most.
    #[validate(range(min = 1, max = 50))]
    #[param(minimum = 1, maximum = 50, default = 10, example = 10)]
    size: Option<usize>,
}

/// What was found, best first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchBody {
    /// Shops whose name or description fits.
    shops: Vec<ShopHit>,
    /// Products whose title, description, categories, options, attributes, article number or shop fit.
    products: Vec<ProductHit>,
    /// What keeps the index.
    #[schema(example = "embedded")]
    backend: &'static str,
}

/// Search shops and products.
///
/// Hits fit at least one of the words; what fits more of them, and more closely, comes first. Only what can be
/// visited is found: products that are switched on, of approved shops.
#[utoipa::path(tag = "search", params(SearchQuery), responses((status = 200, body = SearchBody), Refusals))]
#[get("/search")]
pub async fn search_all(searcher: Data<Searcher>, query: Query<SearchQuery>) -> Result<Json<SearchBody>> {
    let size = query.size.unwrap_or(DEFAULT_SIZE);
    let backend = searcher.index.name();
    let query = query.into_inner();
    let show = move |shops: Vec<Card>, products: ProductPage, text: &TextQuery| SearchBody {
        shops: shops.into_iter().map(|card| ShopHit::new(card, text)).collect(),
        products: products
            .hits
            .into_iter()
            .map(|hit| ProductHit::new(hit.card, &ProductFilters::default(), Some(text)))
            .collect(),
        backend,
    };
    Ok(Json(searcher.everything(query.q, size, show).await?))
}

fn not_blank(text: &str) -> Result<(), ValidationError> {
    if text.trim().is_empty() {
        Err(ValidationError::new("required"))
    } else {
        Ok(())
    }
}
