//! What lies in one's own cart.

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, patch, post};
use serde::{Deserialize, Serialize};
use souk_auth::Caller;
use souk_db::{Claim, Conn};
use souk_http::{Created, ETag, IdempotencyKey, IfMatch, Json, Path, Refusals, StoredResponse, Tagged};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::bodies::CartLineBody;
use crate::domain::{CartError, CartView};
use crate::{AppState, Error, Result, flows, ops};

/// What to put into the cart.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddItemBody {
    /// The variation.
    variation_id: Uuid,
    /// How many pieces to add.
    #[validate(range(min = 1, max = 999))]
    #[schema(minimum = 1, maximum = 999, example = 2)]
    quantity: i32,
}

/// A change of a line.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeItemBody {
    /// How many pieces it shall hold.
    #[validate(range(min = 1, max = 999))]
    #[schema(minimum = 1, maximum = 999, example = 3)]
    quantity: i32,
}

/// A line of the cart.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ItemPath {
    /// Id of the line.
    item_id: Uuid,
}

/// An addition and its answer.
#[derive(Debug, Serialize, Deserialize)]
struct AddedBody {
    line: CartLineBody,
    is_new: bool,
    version: i64,
}

impl AddedBody {
    fn respond(self) -> serde_json::Result<StoredResponse> {
        let etag = ETag::version(self.version);
        if self.is_new {
            let location = format!("/api/v1/cart/items/{}", self.line.id);
            Created::at(location, self.line).tagged(etag).stored()
        } else {
            Tagged::new(etag, self.line).stored()
        }
    }
}

impl From<ops::AddedItem> for AddedBody {
    fn from(added: ops::AddedItem) -> Self {
        Self {
            is_new: added.is_new,
            version: added.version,
            line: added.line.into(),
        }
    }
}

/// Put something into one's own cart.
///
/// Adding what is there already adds to its quantity and answers 200 instead of 201. Product, shop and stock are
/// checked: `out-of-stock` tells how many pieces are `available`.
#[utoipa::path(tag = "cart", security(("bearer" = [])), request_body = AddItemBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again", max_length = 255)),
    responses((status = 201, body = CartLineBody, description = "A new line",
            headers(("Location" = String, description = "Where it is"), ("ETag" = String, description = "Version of the cart"))),
        (status = 200, body = CartLineBody, description = "More of a line that was there"), Refusals))]
#[post("/cart/items")]
pub async fn add_item(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<AddItemBody>,
) -> Result<StoredResponse> {
    let key = key.into_inner();
    let claim = key.map(|key| Claim::new(caller.user_id, key, "add_item", &body.0));
    if let Some(response) = recorded(&state, claim.as_ref()).await? {
        return Ok(response);
    }
    let offer = flows::find_offer(&state.products, body.variation_id).await?;
    let add = async |tx: &mut Conn| {
        let added = ops::add_item(tx, state.rule, caller.user_id, offer.as_ref(), body.quantity).await?;
        Ok::<_, Error>(AddedBody::from(added))
    };
    state.db.once(claim.as_ref(), add, AddedBody::respond).await
}

/// Change how many pieces a line of one's own cart holds.
///
/// Raising checks product, shop and stock; lowering always works.
#[utoipa::path(tag = "cart", security(("bearer" = [])), request_body = ChangeItemBody,
    params(ItemPath, ("If-Match" = Option<String>, Header, description = "Only if the cart still has this version")),
    responses((status = 200, body = CartLineBody, description = "The line as it is now",
        headers(("ETag" = String, description = "Version of the cart"))), Refusals))]
#[patch("/cart/items/{item_id}")]
pub async fn change_item(
    state: Data<AppState>,
    caller: Caller,
    path: Path<ItemPath>,
    if_match: IfMatch,
    body: Json<ChangeItemBody>,
) -> Result<Tagged<CartLineBody>> {
    let (user_id, line_id, quantity) = (caller.user_id, path.item_id, body.quantity);
    let offers = flows::find_line_offers(&state.db, &state.products, state.rule, user_id, line_id).await?;
    let versions = if_match.versions();
    let change = ops::Change {
        line_id,
        quantity,
        versions: versions.as_deref(),
    };
    let view = state
        .db
        .transaction(async |tx| ops::change_item(tx, state.rule, user_id, change, &offers).await)
        .await?;
    let CartView { version, lines, .. } = view;
    let line = lines.into_iter().next().ok_or(CartError::NoSuchLine)?;
    Ok(Tagged::new(ETag::version(version), line.into()))
}

/// Take a line out of one's own cart.
#[utoipa::path(tag = "cart", security(("bearer" = [])),
    params(ItemPath, ("If-Match" = Option<String>, Header, description = "Only if the cart still has this version")),
    responses((status = 204, description = "It is gone"), Refusals))]
#[delete("/cart/items/{item_id}")]
pub async fn remove_item(
    state: Data<AppState>,
    caller: Caller,
    path: Path<ItemPath>,
    if_match: IfMatch,
) -> Result<HttpResponse> {
    let versions = if_match.versions();
    state
        .db
        .transaction(async |tx| {
            ops::remove_item(tx, state.rule, caller.user_id, path.item_id, versions.as_deref()).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Empty one's own cart.
#[utoipa::path(tag = "cart", security(("bearer" = [])),
    params(("If-Match" = Option<String>, Header, description = "Only if the cart still has this version")),
    responses((status = 204, description = "The cart is empty"), Refusals))]
#[delete("/cart/items")]
pub async fn clear_cart(state: Data<AppState>, caller: Caller, if_match: IfMatch) -> Result<HttpResponse> {
    let versions = if_match.versions();
    state
        .db
        .transaction(async |tx| ops::clear_cart(tx, state.rule, caller.user_id, versions.as_deref()).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What an addition under this claim answered; a repeat does not depend on product-svc.
async fn recorded(state: &AppState, claim: Option<&Claim>) -> Result<Option<StoredResponse>> {
    let Some(claim) = claim else { return Ok(None) };
    let mut conn = state.db.conn().await?;
    Ok(souk_db::recorded(&mut conn, claim, AddedBody::respond).await?)
}
