//! What order-svc and wishlist-svc ask for.

use actix_web::HttpResponse;
use actix_web::web::{self, Data};
use futures_util::future::try_join_all;
use souk_auth::Peer;
use souk_clients::cart::{
    AddItemRequest, AddedItem, CheckoutAnswer, CheckoutCart, CheckoutLine, CheckoutOf, CheckoutRequest,
    LastOrder, LineValues, OrderedLine, OrderedRequest, Proposal,
};
use souk_http::{Json, Path};
use uuid::Uuid;

use crate::domain::{Cart, Order, Terms};
use crate::flows::Checkout;
use crate::{AppState, Result, flows, ops};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/carts/checkout", web::post().to(checkout))
        .route("/internal/carts/{user_id}/proposal", web::put().to(propose))
        .route("/internal/carts/ordered", web::post().to(take_out_orders))
        .route("/internal/carts/{user_id}/items", web::post().to(add_item));
}

impl From<Cart> for CheckoutCart {
    fn from(cart: Cart) -> Self {
        let lines = cart.lines.into_iter().map(|line| CheckoutLine {
            line_id: line.id,
            variation_id: line.variation_id,
            quantity: line.terms.quantity,
            unit_price: line.terms.unit_price,
        });
        Self {
            version: cart.version,
            lines: lines.collect(),
        }
    }
}

async fn checkout(
    checkout: Data<Checkout>,
    _: Peer,
    body: Json<CheckoutRequest>,
) -> Result<Json<CheckoutAnswer>> {
    let cart = async |of: &CheckoutOf| {
        let last_order = of.last_order.as_ref().map(|order| ordered(of.user_id, order));
        let cart = checkout.run(of.user_id, last_order.as_ref(), of.accept_changes);
        cart.await.map(CheckoutCart::from)
    };
    let carts = try_join_all(body.carts.iter().map(cart)).await?;
    Ok(Json(CheckoutAnswer { carts }))
}

async fn propose(
    state: Data<AppState>,
    _: Peer,
    user_id: Path<Uuid>,
    body: Json<Proposal>,
) -> Result<HttpResponse> {
    let terms = |new: &LineValues| Terms {
        quantity: new.quantity,
        unit_price: new.unit_price,
    };
    let changes: Vec<(Uuid, Option<Terms>)> = body
        .changes
        .iter()
        .map(|change| (change.line_id, change.new.as_ref().map(terms)))
        .collect();
    state
        .db
        .transaction(async |tx| ops::propose(tx, *user_id, body.version, &changes).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn take_out_orders(state: Data<AppState>, _: Peer, body: Json<OrderedRequest>) -> Result<HttpResponse> {
    let orders: Vec<Order> = body
        .orders
        .iter()
        .map(|of| ordered(of.user_id, &of.order))
        .collect();
    state
        .db
        .transaction(async |tx| ops::take_out_orders(tx, &orders).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn add_item(
    state: Data<AppState>,
    _: Peer,
    user_id: Path<Uuid>,
    body: Json<AddItemRequest>,
) -> Result<Json<AddedItem>> {
    let offer = flows::find_offer(&state.products, body.variation_id).await?;
    let addition = ops::Addition {
        dedupe_id: body.dedupe_id,
        variation_id: body.variation_id,
        offer: offer.as_ref(),
        quantity: body.quantity,
    };
    let line = state
        .db
        .transaction(async |tx| ops::add_item_once(tx, state.rule, *user_id, addition).await)
        .await?;
    Ok(Json(AddedItem {
        line_id: line.as_ref().map(|line| line.id),
        quantity: line.map_or(0, |line| line.terms.quantity),
    }))
}

fn ordered(user_id: Uuid, order: &LastOrder) -> Order {
    let pieces = |line: &OrderedLine| (line.cart_line_id, line.quantity);
    Order {
        id: order.order_id,
        user_id,
        lines: order.lines.iter().map(pieces).collect(),
    }
}
