//! Search for products, with filters and facets.

use std::collections::BTreeMap;

use actix_web::get;
use actix_web::web::Data;
use serde::Serialize;
use souk_auth::MeshKeys;
use souk_http::{Json, Path, Problem, Refusals};
use utoipa::ToSchema;
use uuid::Uuid;

use super::cursor::SearchCursor;
use super::hits::ProductHit;
use super::product_query::{Chosen, ProductParams, ProductQuery};
use crate::domain::facets::{Facets, NameCount, NamedCounts, RATING_STEPS, ValueCount, ValueCounts};
use crate::domain::{FacetValue, ProductMatch, ProductPage, ProductSearch, SnapshotUse, Sort};
use crate::flows::Searcher;
use crate::{AppState, Error, store};

/// Hits that can be paged through by relevance.
const MAX_DEPTH: usize = 1_000;

/// A page of products.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductSearchBody {
    /// The products of this page, in order.
    items: Vec<ProductHit>,
    /// How many products match, on all pages.
    #[schema(minimum = 0, example = 42)]
    total: u64,
    /// Pass it as `cursor` to get the next page; `null` on the last one.
    #[schema(required, example = json!(null))]
    next_cursor: Option<String>,
    /// How many of the products have which value. Each count is the `total` of the same search with that value chosen.
    facets: FacetsBody,
    /// What keeps the index.
    #[schema(example = "embedded")]
    backend: &'static str,
}

/// Counts by value. A facet follows all filters but its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct FacetsBody {
    /// Categories, with the categories above them; the most frequent first.
    category: Vec<IdCountBody>,
    /// Shops, the most frequent first.
    shop: Vec<IdCountBody>,
    /// Price ranges, for `min_price` and `max_price`.
    price: Vec<PriceCountBody>,
    /// Products with at least this rating, for `min_rating`.
    rating: Vec<RatingCountBody>,
    /// Products with variations that can be bought now, and with such that cannot, for `in_stock`.
    available: Vec<FlagCountBody>,
    /// Values by name of the option, for `option.<name>`.
    #[schema(example = json!({"Color": [{"value": "Red", "count": 12}]}))]
    options: BTreeMap<String, Vec<ValueCountBody>>,
    /// Values by name of the attribute, for `attribute.<name>`.
    #[schema(example = json!({"Brand": [{"value": "Araz", "count": 7}]}))]
    attributes: BTreeMap<String, Vec<ValueCountBody>>,
    /// `true` for each facet that has more than is shown: `category`, `shop`, `options`, `attributes` (at most 15 names) or
    /// `options.<name>` and `attributes.<name>` (at most 50 values).
    #[schema(example = json!({"shop": true}))]
    more: BTreeMap<String, bool>,
}

/// A category or shop.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IdCount)]
pub struct IdCountBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    #[schema(example = "Winter boots")]
    name: String,
    /// Products.
    #[schema(minimum = 0, example = 12)]
    count: u64,
}

/// A price range in minor units.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceCount)]
pub struct PriceCountBody {
    /// Lowest price of the range.
    #[schema(minimum = 0, example = 1000)]
    from: i64,
    /// Highest price of the range.
    #[schema(minimum = 0, example = 1999)]
    to: i64,
    /// Products with a variation in the range.
    #[schema(minimum = 0, example = 12)]
    count: u64,
}

/// A lowest rating.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RatingCount)]
pub struct RatingCountBody {
    /// Stars.
    #[schema(minimum = 1, maximum = 4, example = 4)]
    from: i32,
    /// Products with at least so many.
    #[schema(minimum = 0, example = 12)]
    count: u64,
}

/// Whether something can be bought now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlagCount)]
pub struct FlagCountBody {
    /// Yes or no.
    value: bool,
    /// Products.
    #[schema(minimum = 0, example = 12)]
    count: u64,
}

/// A value of an option or attribute.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValueCount)]
pub struct ValueCountBody {
    /// The value in its most frequent spelling.
    #[schema(example = "Red")]
    value: String,
    /// Products.
    #[schema(minimum = 0, example = 12)]
    count: u64,
}

/// Search products.
///
/// Finds products that are switched on, of approved shops. Filters of price, stock, sale and options must be met by one and the
/// same variation; that variation's price and id are shown.
///
/// `option.<name>` and `attribute.<name>` filter by any option or attribute (see `facets` for what there is); repeated, any of the
/// values fits. Sorted by relevance, at most 1000 products can be paged through; a cursor of such a search is valid for a minute
/// (then 410 `cursor-expired`).
#[utoipa::path(tag = "search", params(ProductQuery,
        ("shop_id" = Option<Uuid>, Query, description = "Only products of this shop"),
        ("option.color" = Option<Vec<String>>, Query, description = "Values of the option `color`, any of them; likewise for every option", example = json!(["red"])),
        ("attribute.brand" = Option<Vec<String>>, Query, description = "Values of the attribute `brand`, any of them; likewise for every attribute", example = json!(["Araz"]))),
    responses((status = 200, body = ProductSearchBody), Refusals))]
#[get("/search/products")]
pub async fn search_products(
    state: Data<AppState>,
    searcher: Data<Searcher>,
    params: ProductParams,
) -> actix_web::Result<Json<ProductSearchBody>> {
    find(&state.keys, &searcher, params).await
}

/// Search the products of a shop.
///
/// Like the search of all products, for one shop; without `q` its products are listed, the newest first.
#[utoipa::path(tag = "search", params(("shop_id" = Uuid, Path, description = "Id of an approved shop"), ProductQuery,
        ("option.color" = Option<Vec<String>>, Query, description = "Values of the option `color`, any of them; likewise for every option", example = json!(["red"])),
        ("attribute.brand" = Option<Vec<String>>, Query, description = "Values of the attribute `brand`, any of them; likewise for every attribute", example = json!(["Araz"]))),
    responses((status = 200, body = ProductSearchBody), Refusals))]
#[get("/search/shops/{shop_id}/products")]
pub async fn list_shop_products(
    state: Data<AppState>,
    searcher: Data<Searcher>,
    shop_id: Path<Uuid>,
    mut params: ProductParams,
) -> actix_web::Result<Json<ProductSearchBody>> {
    if params.filters.shop.is_some() {
        let detail = "The shop is part of the path.";
        return Err(Problem::invalid()
            .field("/shop_id", "unknown_parameter", detail)
            .into());
    }
    let shop_id = shop_id.into_inner();
    let mut conn = state.db.conn().await.map_err(Error::from)?;
    if !store::shops::is_visible(&mut conn, shop_id).await? {
        return Err(Error::NoSuchShop.into());
    }
    drop(conn);
    params.filters.shop = Some(shop_id);
    find(&state.keys, &searcher, params).await
}

async fn find(
    keys: &MeshKeys,
    searcher: &Searcher,
    params: ProductParams,
) -> actix_web::Result<Json<ProductSearchBody>> {
    let fingerprint = params.fingerprint();
    let chosen = params.chosen;
    let cursor = params
        .cursor
        .as_deref()
        .map(|text| SearchCursor::verify(text, keys, &fingerprint))
        .transpose()?
        .filter(|cursor| cursor.position.is_of(params.sort));
    let shown = cursor.as_ref().map_or(0, |cursor| cursor.shown);
    let by_relevance = params.sort == Sort::Relevance;
    let limit = if by_relevance {
        params.limit.min(MAX_DEPTH.saturating_sub(shown))
    } else {
        params.limit
    };
    let search = ProductSearch {
        filters: params.filters,
        sort: params.sort,
        limit,
        after: cursor.as_ref().map(|cursor| cursor.position),
        snapshot: match cursor {
            Some(SearchCursor {
                snapshot: Some(id), ..
            }) if by_relevance => SnapshotUse::Continue(id),
            Some(_) if by_relevance => SnapshotUse::Open,
            _ => SnapshotUse::Latest,
        },
        ..ProductSearch::default()
    };
    let (keys, backend) = (keys.clone(), searcher.index.name());
    let body = searcher
        .products(params.q, search, move |page, search| {
            let next_cursor = next_cursor(&page, search, shown, &keys, &fingerprint);
            body(page, search, &chosen, next_cursor, backend)
        })
        .await?;
    Ok(Json(body))
}

fn next_cursor(
    page: &ProductPage,
    search: &ProductSearch,
    shown: usize,
    keys: &MeshKeys,
    fingerprint: &[u8],
) -> Option<String> {
    let shown = shown + page.hits.len();
    let goes_on = page.has_more && (search.sort != Sort::Relevance || shown < MAX_DEPTH);
    page.hits.last().filter(|_| goes_on).map(|last: &ProductMatch| {
        let cursor = SearchCursor {
            position: last.position,
            shown,
            snapshot: page.snapshot.clone(),
        };
        cursor.sign(keys, fingerprint)
    })
}

fn body(
    page: ProductPage,
    search: &ProductSearch,
    chosen: &Chosen,
    next_cursor: Option<String>,
    backend: &'static str,
) -> ProductSearchBody {
    let text = search.text.as_deref();
    let mut facets = page.facets;
    show_chosen(&mut facets.options, &chosen.options);
    show_chosen(&mut facets.attributes, &chosen.attributes);
    ProductSearchBody {
        items: page
            .hits
            .into_iter()
            .map(|hit| ProductHit::new(hit.card, &search.filters, text))
            .collect(),
        total: page.total,
        next_cursor,
        facets: facets.into(),
        backend,
    }
}

/// A chosen value that no product has is shown with 0, as it was typed.
fn show_chosen(counts: &mut NamedCounts, chosen: &[FacetValue]) {
    for value in chosen {
        let place = counts.names.iter().position(|name| name.key == value.name_key);
        let place = place.unwrap_or_else(|| {
            counts.names.push(NameCount {
                key: value.name_key.clone(),
                label: value.name.clone(),
                count: 0,
                values: ValueCounts::default(),
            });
            counts.names.len() - 1
        });
        if let Some(name) = counts.names.get_mut(place)
            && !name.values.values.iter().any(|known| known.key == value.key)
        {
            name.values.values.push(ValueCount {
                key: value.key.clone(),
                label: value.label.clone(),
                count: 0,
            });
        }
    }
}

impl From<Facets> for FacetsBody {
    fn from(facets: Facets) -> Self {
        let mut more = BTreeMap::new();
        let mut note = |facet: String, is_cut: bool| {
            if is_cut {
                more.insert(facet, true);
            }
        };
        note("category".into(), facets.categories.more);
        note("shop".into(), facets.shops.more);
        for (facet, names) in [("options", &facets.options), ("attributes", &facets.attributes)] {
            note(facet.into(), names.more);
            for name in &names.names {
                note(format!("{facet}.{}", name.label), name.values.more);
            }
        }
        Self {
            category: identified(facets.categories),
            shop: identified(facets.shops),
            price: facets
                .prices
                .into_iter()
                .map(|range| PriceCountBody {
                    from: range.from,
                    to: range.to,
                    count: range.count,
                })
                .collect(),
            rating: RATING_STEPS
                .into_iter()
                .zip(facets.ratings)
                .filter(|(_, count)| *count > 0)
                .map(|(from, count)| RatingCountBody { from, count })
                .collect(),
            available: [(true, facets.available), (false, facets.sold_out)]
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .map(|(value, count)| FlagCountBody { value, count })
                .collect(),
            options: named(facets.options),
            attributes: named(facets.attributes),
            more,
        }
    }
}

fn identified(counts: ValueCounts) -> Vec<IdCountBody> {
    let values = counts.values.into_iter().filter_map(|value| {
        Some(IdCountBody {
            id: value.key.parse().ok()?,
            name: value.label,
            count: value.count,
        })
    });
    values.collect()
}

fn named(counts: NamedCounts) -> BTreeMap<String, Vec<ValueCountBody>> {
    let names = counts.names.into_iter().map(|name| {
        let values = name.values.values.into_iter().map(|value| ValueCountBody {
            value: value.label,
            count: value.count,
        });
        (name.label, values.collect())
    });
    names.collect()
}
