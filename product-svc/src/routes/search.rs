//! Lists of products.

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
use souk_auth::Caller;
use souk_db::{Conn, has_trigram};
use souk_http::{Json, Page, PageQuery, Query, Refusals};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::bodies::ProductBody;
use super::categories;
use crate::domain::{Actor, Filter, Invalid, Key, Listing, ProductId, ShopId, Sort};
use crate::{AppState, Error, Result, store};

/// Most words of a query that are looked at.
const MAX_WORDS: usize = 8;

/// Which products.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListProductsQuery {
    /// Only of this shop.
    shop_id: Option<Uuid>,
    /// Only in this category (id or slug) or below it.
    #[validate(length(max = 100))]
    #[param(max_length = 100, example = "winter-shoes")]
    category: Option<String>,
    /// Parts of the title or the SKU, separated by spaces; all of the first 8 must occur. Upper and lower case are equal,
    /// and spelling mistakes are not corrected. At least one part needs three letters or digits in a row. To search as
    /// customers do, use `GET /api/v1/search/products`.
    #[validate(length(max = 100))]
    #[param(max_length = 100, example = "boots")]
    q: Option<String>,
    /// Something must cost at least this, in minor units.
    #[validate(range(min = 0))]
    #[param(minimum = 0, example = 1000)]
    min_price: Option<i64>,
    /// Something must cost at most this, in minor units.
    #[validate(range(min = 0))]
    #[param(minimum = 0, example = 5000)]
    max_price: Option<i64>,
    /// Only with a variation (at such a price) that can be bought now.
    #[serde(default)]
    #[param(default = false)]
    in_stock: bool,
    /// Only with a variation that costs less than before.
    #[serde(default)]
    #[param(default = false)]
    on_sale: bool,
    /// Hidden products too: of one's own shop, or for operators.
    #[serde(default)]
    #[param(default = false)]
    include_hidden: bool,
    /// The order; `price` and `-price` list only what has a price.
    #[serde(default)]
    #[param(inline)]
    sort: SortParam,
}

/// The order of a list of products.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub enum SortParam {
    /// The latest first.
    #[default]
    #[serde(rename = "newest")]
    Newest,
    /// The cheapest first.
    #[serde(rename = "price")]
    Price,
    /// The dearest first.
    #[serde(rename = "-price")]
    PriceDown,
    /// The best rated first.
    #[serde(rename = "rating")]
    Rating,
    /// The most sought after first.
    #[serde(rename = "popular")]
    Popular,
}

impl From<SortParam> for Sort {
    fn from(sort: SortParam) -> Self {
        match sort {
            SortParam::Newest => Self::Newest,
            SortParam::Price => Self::PriceUp,
            SortParam::PriceDown => Self::PriceDown,
            SortParam::Rating => Self::Rating,
            SortParam::Popular => Self::Popular,
        }
    }
}

/// List products.
///
/// Active products of approved shops. Pages stay stable while products are added. For full-text search with facets use
/// `GET /api/v1/search/products`.
#[utoipa::path(tag = "products", params(ListProductsQuery, PageQuery),
    responses((status = 200, body = Page<ProductBody>), Refusals))]
#[get("/products")]
pub async fn list_products(
    state: Data<AppState>,
    caller: Option<Caller>,
    query: Query<ListProductsQuery>,
    paging: Query<PageQuery>,
) -> Result<Json<Page<ProductBody>>> {
    let viewer = caller.map(Actor::from);
    let query = query.into_inner();
    let words = words(query.q.as_deref().unwrap_or_default())?;
    let page = if words.is_empty() {
        let mut conn = state.db.conn().await?;
        list(&mut conn, viewer, query, words, &paging).await?
    } else {
        state
            .db
            .plan_by_value(async |tx| list(tx, viewer, query, words, &paging).await)
            .await?
    };
    Ok(Json(page))
}

/// The words of a query. One of them must be in the reach of the index, or every product would be read.
fn words(query: &str) -> Result<Vec<String>, Invalid> {
    let words: Vec<String> = query
        .split_whitespace()
        .take(MAX_WORDS)
        .map(str::to_owned)
        .collect();
    if words.is_empty() || words.iter().any(|word| has_trigram(word)) {
        return Ok(words);
    }
    let detail = "Give at least one part with three letters or digits in a row.";
    Err(Invalid::new("/q", "too_short", detail))
}

async fn list(
    conn: &mut Conn,
    viewer: Option<Actor>,
    query: ListProductsQuery,
    words: Vec<String>,
    paging: &PageQuery,
) -> Result<Page<ProductBody>> {
    let Some(filter) = filter(conn, viewer, query, words, paging).await? else {
        return Ok(Page {
            items: Vec::new(),
            next_cursor: None,
        });
    };
    let found = store::search::find(conn, &filter).await?;
    let page = Page::from_rows(found, paging, |(_, key)| *key);
    let ids: Vec<ProductId> = page.items.iter().map(|(id, _)| *id).collect();
    let listings = store::listings::find_all(conn, &ids).await?;
    let show = |listing: Listing| {
        let for_owner = listing.shop.belongs_to(viewer);
        ProductBody::of(listing, for_owner)
    };
    Ok(Page {
        items: listings.into_iter().map(show).collect(),
        next_cursor: page.next_cursor,
    })
}

/// What to look for; `None` when nothing can fit.
async fn filter(
    conn: &mut Conn,
    viewer: Option<Actor>,
    query: ListProductsQuery,
    words: Vec<String>,
    paging: &PageQuery,
) -> Result<Option<Filter>> {
    let sort = Sort::from(query.sort);
    let after: Option<Key> = paging.after().map_err(|_| foreign_cursor())?;
    if after.is_some_and(|key| key.sort != sort) {
        return Err(foreign_cursor().into());
    }
    let shop_id = query.shop_id.map(ShopId);
    if query.include_hidden {
        check_may_see_hidden(conn, viewer, shop_id).await?;
    }
    let category = match query.category {
        None => None,
        Some(name) => match categories::find(conn, &name).await? {
            Some(category) => Some(category.id),
            None => return Ok(None),
        },
    };
    Ok(Some(Filter {
        shop_id,
        category,
        words,
        min_price: query.min_price,
        max_price: query.max_price,
        in_stock: query.in_stock,
        on_sale: query.on_sale,
        with_hidden: query.include_hidden,
        sort,
        after,
        limit: paging.fetch(),
    }))
}

async fn check_may_see_hidden(conn: &mut Conn, viewer: Option<Actor>, shop: Option<ShopId>) -> Result<()> {
    let viewer = viewer.ok_or(Error::LoginRequired)?;
    if viewer.is_admin {
        return Ok(());
    }
    let shop = match shop {
        Some(id) => store::shops::find(conn, id).await?,
        None => None,
    };
    if shop.is_some_and(|shop| shop.belongs_to(Some(viewer))) {
        Ok(())
    } else {
        Err(Error::HiddenFromYou)
    }
}

pub(super) fn foreign_cursor() -> Invalid {
    Invalid::new("/cursor", "wrong_cursor", "This cursor is not from this list.")
}
