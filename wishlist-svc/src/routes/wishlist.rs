//! One's own wishlist.

use actix_web::get;
use actix_web::web::Data;
use serde::Serialize;
use souk_auth::Caller;
use souk_http::{Json, Page, PageQuery, Query, Refusals};
use utoipa::ToSchema;
use uuid::Uuid;

use super::bodies::WishBody;
use crate::domain::WishView;
use crate::{AppState, Result, ops};

/// How many items there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountBody {
    /// How many.
    #[schema(minimum = 0, maximum = 500, example = 3)]
    count: usize,
}

/// Read one's own wishlist.
///
/// Newest first. What may not be sold just now (its shop suspended, its product switched off) is left out and comes
/// back when it may; what is deleted disappears.
#[utoipa::path(tag = "wishlist", security(("bearer" = [])), params(PageQuery),
    responses((status = 200, body = Page<WishBody>, description = "One page"), Refusals))]
#[get("/wishlist")]
pub async fn get_wishlist(
    state: Data<AppState>,
    caller: Caller,
    query: Query<PageQuery>,
) -> actix_web::Result<Json<Page<WishBody>>> {
    let after: Option<Uuid> = query.after()?;
    let wishes = wishes(&state, caller).await?;
    let rest = wishes
        .into_iter()
        .skip_while(|view| after.is_some_and(|after| view.wish.id >= after));
    let rows = rest
        .take(usize::try_from(query.fetch()).unwrap_or(usize::MAX))
        .collect();
    Ok(Json(
        Page::from_rows(rows, &query, |view: &WishView| view.wish.id).map(WishBody::from),
    ))
}

/// Count the items of one's own wishlist.
#[utoipa::path(tag = "wishlist", security(("bearer" = [])),
    responses((status = 200, body = CountBody, description = "As many as the wishlist shows"), Refusals))]
#[get("/wishlist/count")]
pub async fn count_wishes(state: Data<AppState>, caller: Caller) -> Result<Json<CountBody>> {
    Ok(Json(CountBody {
        count: wishes(&state, caller).await?.len(),
    }))
}

async fn wishes(state: &AppState, caller: Caller) -> Result<Vec<WishView>> {
    ops::list_wishes(&mut *state.db.conn().await?, state.rule, caller.user_id).await
}
