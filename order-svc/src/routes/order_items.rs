//! Items of orders: what shops and customers do with each.

use actix_web::web::Data;
use actix_web::{patch, post};
use serde::Deserialize;
use souk_auth::Caller;
use souk_http::{Json, MaybeJson, Path, Refusals};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::bodies::OrderItemBody;
use super::orders::CancelBody;
use super::refusals::ChangeRefusals;
use crate::domain::{ItemStatus, Order, Step};
use crate::{AppState, Error, Result, flows, ops};

/// Where an item goes next.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateOrderItemStatus)]
pub struct UpdateStatusBody {
    /// `shipped`, `delivered` or `cancelled`.
    status: ItemStatus,
    /// Who carries it, when it is shipped.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "Azerpost")]
    carrier: Option<String>,
    /// The carrier's number for it, when it is shipped.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "AZ123456789")]
    tracking_number: Option<String>,
    /// Why; required for `cancelled`.
    #[validate(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500, example = "Out of stock")]
    reason: Option<String>,
}

impl TryFrom<UpdateStatusBody> for Step {
    type Error = Error;

    fn try_from(body: UpdateStatusBody) -> Result<Self> {
        let refused = |pointer, code, detail| {
            Err(Error::Invalid {
                pointer,
                code,
                detail,
            })
        };
        if body.status == ItemStatus::Cancelled && body.reason.as_deref().is_none_or(is_blank) {
            return refused("/reason", "required", "A cancellation needs a reason.");
        }
        if body.status != ItemStatus::Shipped && body.carrier.is_some() {
            return refused("/carrier", "not_alone", "Only what is shipped has a carrier.");
        }
        if body.status != ItemStatus::Shipped && body.tracking_number.is_some() {
            return refused(
                "/tracking_number",
                "not_alone",
                "Only what is shipped has a tracking number.",
            );
        }
        Ok(Self {
            to: body.status,
            carrier: body.carrier,
            tracking_number: body.tracking_number,
            reason: body.reason,
        })
    }
}

/// Cancel one item of an order.
///
/// For the customer, while the item is in preparation. Its stock returns. Asking twice changes nothing.
#[utoipa::path(tag = "orders", security(("bearer" = [])), request_body = Option<CancelBody>,
    params(("item_id" = Uuid, Path, description = "Id of the item")),
    responses((status = 200, body = OrderItemBody), ChangeRefusals, Refusals))]
#[post("/order-items/{item_id}/cancel")]
pub async fn cancel_order_item(
    state: Data<AppState>,
    caller: Caller,
    item_id: Path<Uuid>,
    body: MaybeJson<CancelBody>,
) -> Result<Json<OrderItemBody>> {
    let reason = body.0.and_then(|body| body.reason);
    let order = state
        .db
        .transaction(async |tx| ops::cancel_order_item(tx, caller.into(), *item_id, reason).await)
        .await?;
    item_of(&order, *item_id)
}

/// Move an item of one's shop.
///
/// `processing` to `shipped` to `delivered`, or `processing` to `cancelled`. Taking the same step twice changes
/// nothing. When the account of the shop's owner is deactivated or gone, an administrator ends its items instead:
/// `delivered` for what was shipped, `cancelled` with a reason for anything not yet delivered.
#[utoipa::path(tag = "orders", security(("bearer" = [])), request_body = UpdateStatusBody,
    params(("item_id" = Uuid, Path, description = "Id of the item")),
    responses((status = 200, body = OrderItemBody), ChangeRefusals, Refusals))]
#[patch("/order-items/{item_id}/status")]
pub async fn update_order_item_status(
    state: Data<AppState>,
    caller: Caller,
    item_id: Path<Uuid>,
    body: Json<UpdateStatusBody>,
) -> Result<Json<OrderItemBody>> {
    let step = body.into_inner().try_into()?;
    let by = caller.into();
    let owner_is_gone = flows::owner_is_gone(&state.db, &state.users, by, *item_id).await?;
    let order = state
        .db
        .transaction(async |tx| ops::update_order_item_status(tx, by, *item_id, step, owner_is_gone).await)
        .await?;
    item_of(&order, *item_id)
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn item_of(order: &Order, id: Uuid) -> Result<Json<OrderItemBody>> {
    let (part, item) = order.item(id)?;
    Ok(Json(OrderItemBody::new(order, part, item)))
}
