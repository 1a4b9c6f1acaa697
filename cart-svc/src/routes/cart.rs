//! One's own cart.

use actix_web::http::header::ETAG;
use actix_web::web::Data;
use actix_web::{Responder, get};
use souk_auth::Caller;
use souk_http::{ETag, Json, Refusals};

use super::bodies::CartBody;
use crate::{AppState, Result, flows};

/// Read one's own cart.
///
/// Titles, prices and stock are those of this moment. What is shown is what the next order is compared with; what
/// changed since the last look is told in `notices`. While live data cannot be had the cart is shown as it was,
/// with `stale: true`; nothing leaves it for that reason.
#[utoipa::path(tag = "cart", security(("bearer" = [])),
    responses((status = 200, body = CartBody, description = "The cart",
        headers(("ETag" = String, description = "Its version, for `If-Match`"))), Refusals))]
#[get("/cart")]
pub async fn get_cart(state: Data<AppState>, caller: Caller) -> Result<impl Responder> {
    let view = flows::show_cart(&state.db, &state.products, state.rule, caller.user_id).await?;
    // Not `Tagged`: stock and `stale` may differ under the same version, so there is no 304 here.
    let etag = (ETAG, ETag::version(view.version).to_string());
    Ok(Json(CartBody::of(view, state.currency))
        .customize()
        .insert_header(etag))
}
