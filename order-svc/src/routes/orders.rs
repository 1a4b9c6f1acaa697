//! Orders: placing, reading, cancelling.

use actix_web::web::Data;
use actix_web::{get, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_auth::Caller;
use souk_db::{Claim, Db};
use souk_http::{Created, IdempotencyKey, Json, MaybeJson, Page, PageQuery, Path, Query, Refusals};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::address::AddressBody;
use super::bodies::OrderBody;
use super::refusals::{ChangeRefusals, CheckoutRefusals, ListRefusals, ReadRefusals};
use crate::domain::{By, Order, OrderError, OrderStatus};
use crate::flows::{Checkout, CheckoutRequest, Destination};
use crate::store::orders::OrderFilter;
use crate::{AppState, Error, Result, ops, store};

/// A checkout of one's cart.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlaceOrder)]
pub struct PlaceOrderBody {
    /// Where it goes; this or `address_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    shipping_address: Option<AddressBody>,
    /// Where it goes, from one's own address book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address_id: Option<Uuid>,
    /// A word to the shops.
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000, example = "Please ring twice.")]
    note: Option<String>,
    /// Accept exactly the changes that the last `cart-changed` named.
    #[serde(default)]
    accept_changes: bool,
}

impl PlaceOrderBody {
    fn destination(&mut self) -> Result<Destination> {
        match (self.shipping_address.take(), self.address_id) {
            (Some(address), None) => Ok(Destination::Given(address.try_into()?)),
            (None, Some(id)) => Ok(Destination::Kept(id)),
            (None, None) => Err(Error::Invalid {
                pointer: "/shipping_address",
                code: "required",
                detail: "Say where it goes: shipping_address or address_id.",
            }),
            (Some(_), Some(_)) => Err(Error::Invalid {
                pointer: "/address_id",
                code: "not_alone",
                detail: "Give shipping_address or address_id, not both.",
            }),
        }
    }
}

/// Why something is cancelled.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Cancel)]
pub struct CancelBody {
    /// Why.
    #[validate(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500, example = "Ordered by mistake")]
    pub(super) reason: Option<String>,
}

/// Which orders to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListOrdersQuery {
    /// Everybody's orders; only for administrators.
    #[serde(default)]
    all: bool,
    /// Orders that stand so.
    #[param(inline)]
    status: Option<OrderStatus>,
    /// Orders with a part of this shop.
    shop_id: Option<Uuid>,
    /// Orders of this customer; only with `all=true`.
    user_id: Option<Uuid>,
    /// Placed then or later.
    #[param(example = "2026-01-01T00:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// Placed before.
    #[param(example = "2026-02-01T00:00:00Z")]
    to: Option<DateTime<Utc>>,
}

impl From<Caller> for By {
    fn from(caller: Caller) -> Self {
        Self {
            user_id: caller.user_id,
            is_admin: caller.is_admin(),
        }
    }
}

/// Order what is in the cart.
///
/// The whole cart becomes one order with a sub-order for each shop. It goes to `shipping_address`, or to the address of
/// one's own book that `address_id` names, as it is at this moment. The same key and body give the same answer
/// for 24 hours; after a refusal the key is free again. `cart-changed` names every line that is short, gone or
/// repriced in `changes`; try again with `accept_changes` to accept exactly that.
#[utoipa::path(tag = "orders", security(("bearer" = [])), request_body = PlaceOrderBody,
    params(("Idempotency-Key" = String, Header, min_length = 1, max_length = 255,
        description = "One key for each order; the same for every try of it.",
        example = "0197a3c0-5a3f-7c86-9f0e-6a1dc2b48e37")),
    responses(
        (status = 201, body = OrderBody, headers(("Location" = String, description = "The order"))),
        CheckoutRefusals, Refusals))]
#[post("/orders")]
pub async fn place_order(
    checkout: Data<Checkout>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<PlaceOrderBody>,
) -> Result<Created<OrderBody>, actix_web::Error> {
    let key = key.required()?;
    let claim = Claim::new(caller.user_id, key.as_str(), "place_order", &body.0);
    let mut body = body.into_inner();
    let request = CheckoutRequest {
        user_id: caller.user_id,
        key,
        claim,
        destination: body.destination()?,
        note: body.note,
        accept_changes: body.accept_changes,
    };
    let (order, story) = checkout.run(&request).await?;
    Ok(Created::at(
        format!("/api/v1/orders/{}", order.id),
        OrderBody::new(order, story),
    ))
}

/// List orders, newest first.
///
/// One's own; an administrator sees everybody's with `all=true`.
#[utoipa::path(tag = "orders", security(("bearer" = [])), params(PageQuery, ListOrdersQuery),
    responses((status = 200, body = Page<OrderBody>), ListRefusals, Refusals))]
#[get("/orders")]
pub async fn list_orders(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    query: Query<ListOrdersQuery>,
) -> Result<Json<Page<OrderBody>>, actix_web::Error> {
    let filter = filter(caller, &query, page.after()?)?;
    Ok(Json(read_page(&state.db, &filter, &page).await?))
}

/// Read an order by its id or its number.
#[utoipa::path(tag = "orders", security(("bearer" = [])),
    params(("order" = String, Path, description = "Id or number", max_length = 36, example = "SK-7F3K-9Q2M")),
    responses((status = 200, body = OrderBody), ReadRefusals, Refusals))]
#[get("/orders/{order}")]
pub async fn get_order(
    state: Data<AppState>,
    caller: Caller,
    order: Path<String>,
) -> Result<Json<OrderBody>> {
    let mut conn = state.db.conn().await?;
    let found = match Uuid::try_parse(&order) {
        Ok(id) => store::orders::find(&mut conn, id).await?,
        Err(_) => store::orders::find_by_number(&mut conn, &order.to_ascii_uppercase()).await?,
    };
    let order = found
        .filter(|order| order.is_shown_to(caller.into()))
        .ok_or(OrderError::NotFound)?;
    let story = store::timeline::of(&mut conn, order.id).await?;
    if caller.is_admin() {
        let actions = store::audit::of(&mut conn, order.id).await?;
        return Ok(Json(OrderBody::new(order, story).with_actions(actions)));
    }
    Ok(Json(OrderBody::new(order, story)))
}

/// Cancel an order.
///
/// Allowed until something has left; then items can still be cancelled one by one. Asking twice changes nothing.
#[utoipa::path(tag = "orders", security(("bearer" = [])), request_body = Option<CancelBody>,
    params(("order_id" = Uuid, Path, description = "Id of the order")),
    responses((status = 200, body = OrderBody), ChangeRefusals, Refusals))]
#[post("/orders/{order_id}/cancel")]
pub async fn cancel_order(
    state: Data<AppState>,
    caller: Caller,
    order_id: Path<Uuid>,
    body: MaybeJson<CancelBody>,
) -> Result<Json<OrderBody>> {
    let reason = body.0.and_then(|body| body.reason);
    let (order, story) = state
        .db
        .transaction(async |tx| -> Result<_> {
            let order = ops::cancel_order(tx, caller.into(), *order_id, reason).await?;
            let story = store::timeline::of(tx, order.id).await?;
            Ok((order, story))
        })
        .await?;
    Ok(Json(OrderBody::new(order, story)))
}

fn filter(caller: Caller, query: &ListOrdersQuery, after: Option<Uuid>) -> Result<OrderFilter> {
    if query.all && !caller.is_admin() {
        return Err(Error::AdminOnly);
    }
    if query.user_id.is_some() && !query.all {
        return Err(Error::Invalid {
            pointer: "/user_id",
            code: "not_alone",
            detail: "This filter goes with all=true.",
        });
    }
    Ok(OrderFilter {
        user_id: if query.all {
            query.user_id
        } else {
            Some(caller.user_id)
        },
        shop_id: query.shop_id,
        status: query.status,
        from: query.from,
        to: query.to,
        after,
    })
}

async fn read_page(db: &Db, filter: &OrderFilter, page: &PageQuery) -> Result<Page<OrderBody>> {
    let mut conn = db.conn().await?;
    let rows = store::orders::list(&mut conn, filter, page.fetch()).await?;
    let found = Page::from_rows(rows, page, |order: &Order| order.id);
    let ids: Vec<Uuid> = found.items.iter().map(|order| order.id).collect();
    let mut stories = store::timeline::of_all(&mut conn, &ids).await?;
    Ok(found.map(|order| {
        let story = stories.remove(&order.id).unwrap_or_default();
        OrderBody::new(order, story)
    }))
}
