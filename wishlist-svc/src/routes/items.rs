//! The items of one's own wishlist.

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, post};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use souk_auth::Caller;
use souk_db::{Claim, Conn};
use souk_http::{Created, IdempotencyKey, Json, MaybeJson, Path, Refusals, StoredResponse};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::bodies::WishBody;
use crate::flows::Moved;
use crate::ops::AddedWish;
use crate::{AppState, Result, flows, ops};

/// What to wish for: a variation or a shop.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "exactly_one"))]
pub struct AddWishBody {
    /// The variation; not together with `shop_id`.
    variation_id: Option<Uuid>,
    /// The shop; not together with `variation_id`.
    shop_id: Option<Uuid>,
}

fn exactly_one(body: &AddWishBody) -> std::result::Result<(), ValidationError> {
    if body.variation_id.is_some() == body.shop_id.is_some() {
        let error = ValidationError::new("exactly_one");
        return Err(error.with_message("Give either variation_id or shop_id.".into()));
    }
    Ok(())
}

/// How much to move.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveBody {
    /// How many pieces to put into the cart.
    #[serde(default = "one")]
    #[validate(range(min = 1, max = 999))]
    #[schema(minimum = 1, maximum = 999, default = 1, example = 1)]
    quantity: i32,
}

impl Default for MoveBody {
    fn default() -> Self {
        Self { quantity: one() }
    }
}

fn one() -> i32 {
    1
}

/// The line of the cart that holds it now.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedBody {
    /// The `item_id` of `/cart/items/{item_id}`; `null` when the line has left the cart since.
    #[schema(required)]
    cart_item_id: Option<Uuid>,
    /// Pieces that the line holds.
    #[schema(minimum = 0, maximum = 999, example = 1)]
    quantity: i32,
}

/// An item of the wishlist.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ItemPath {
    /// Id of the item.
    item_id: Uuid,
}

/// Wish for a product or a shop.
///
/// Wishing again for the same thing answers 200 with the item that is there instead of 201.
#[utoipa::path(tag = "wishlist", security(("bearer" = [])), request_body = AddWishBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again", max_length = 255)),
    responses((status = 201, body = WishBody, description = "A new item",
            headers(("Location" = String, description = "Where it is"))),
        (status = 200, body = WishBody, description = "It was there already"), Refusals))]
#[post("/wishlist/items")]
pub async fn add_wish(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<AddWishBody>,
) -> Result<StoredResponse> {
    let claim = key
        .into_inner()
        .map(|key| Claim::new(caller.user_id, key, "add_wish", &body.0));
    let AppState {
        db,
        products,
        shops,
        rule,
        ..
    } = &**state;
    if let Some(response) = recorded(&state, claim.as_ref(), added).await? {
        return Ok(response);
    }
    let thing = match (body.variation_id, body.shop_id) {
        (Some(id), _) => flows::find_variation(db, products, shops, id).await?,
        (None, id) => flows::find_shop(db, shops, id.unwrap_or_default()).await?,
    };
    let add = async |tx: &mut Conn| ops::add_wish(tx, *rule, caller.user_id, &thing).await;
    db.once(claim.as_ref(), add, added).await
}

fn added(wish: AddedWish) -> serde_json::Result<StoredResponse> {
    let body = WishBody::from(wish.view);
    if wish.is_new {
        Created::at(format!("/api/v1/wishlist/items/{}", body.id), body).stored()
    } else {
        StoredResponse::ok(&body)
    }
}

/// Take a wish back.
#[utoipa::path(tag = "wishlist", security(("bearer" = [])), params(ItemPath),
    responses((status = 204, description = "It is gone"), Refusals))]
#[delete("/wishlist/items/{item_id}")]
pub async fn remove_wish(
    state: Data<AppState>,
    caller: Caller,
    path: Path<ItemPath>,
) -> Result<HttpResponse> {
    state
        .db
        .transaction(async |tx| ops::remove_wish(tx, state.rule, caller.user_id, path.item_id).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Move a product from one's own wishlist to the cart.
///
/// It leaves the wishlist once it is in the cart; what the cart refuses stays. Safe to send again.
#[utoipa::path(tag = "wishlist", security(("bearer" = [])), request_body = Option<MoveBody>,
    params(ItemPath, ("Idempotency-Key" = Option<String>, Header, description = "Makes the answer the same when it is sent again", max_length = 255)),
    responses((status = 200, body = MovedBody, description = "It is in the cart"), Refusals))]
#[post("/wishlist/items/{item_id}/move-to-cart")]
pub async fn move_to_cart(
    state: Data<AppState>,
    caller: Caller,
    path: Path<ItemPath>,
    key: IdempotencyKey,
    body: MaybeJson<MoveBody>,
) -> Result<StoredResponse> {
    let body = body.0.unwrap_or_default();
    let wish = (caller.user_id, path.item_id);
    let operation = format!("move_to_cart {}", path.item_id);
    let claim = key.into_inner().map(|key| {
        Claim::new(caller.user_id, key, &operation, &body)
            .formerly("move_to_cart", &(path.item_id, body.quantity))
    });
    if let Some(response) = recorded(&state, claim.as_ref(), moved).await? {
        return Ok(response);
    }
    let AppState { db, carts, rule, .. } = &**state;
    flows::move_to_cart(db, carts, *rule, claim.as_ref(), wish, body.quantity, moved).await
}

fn moved(line: Moved) -> serde_json::Result<StoredResponse> {
    StoredResponse::ok(&MovedBody {
        cart_item_id: line.line_id,
        quantity: line.quantity,
    })
}

/// What a request under this claim answered; a repeat does not depend on other services.
async fn recorded<T: DeserializeOwned>(
    state: &AppState,
    claim: Option<&Claim>,
    respond: fn(T) -> serde_json::Result<StoredResponse>,
) -> Result<Option<StoredResponse>> {
    let Some(claim) = claim else { return Ok(None) };
    let mut conn = state.db.conn().await?;
    Ok(souk_db::recorded(&mut conn, claim, respond).await?)
}
