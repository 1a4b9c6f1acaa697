//! Lines of a cart, of a reservation, and of an order.

use souk_clients::cart::{CheckoutCart, LastOrder, OrderedLine};
use souk_clients::product::{Reservation, ReserveLine, ReserveRequest};
use uuid::Uuid;

use crate::domain::Line;

/// All lines of a cart, on the terms that its customer was shown.
pub fn to_reserve(reservation_id: Uuid, user_id: Uuid, cart: &CheckoutCart) -> ReserveRequest {
    let lines = cart.lines.iter().map(|line| ReserveLine {
        line_id: line.line_id,
        variation_id: line.variation_id,
        quantity: line.quantity,
        unit_price: line.unit_price,
    });
    ReserveRequest {
        reservation_id,
        user_id,
        lines: lines.collect(),
    }
}

/// Whether what is held is what is in the cart: a reservation of an earlier try may be for other lines.
pub fn match_cart(reservation: &Reservation, cart: &CheckoutCart) -> bool {
    reservation.lines.len() == cart.lines.len()
        && cart.lines.iter().all(|wanted| {
            reservation.lines.iter().any(|held| {
                held.line_id == wanted.line_id
                    && held.variation_id == wanted.variation_id
                    && held.quantity == wanted.quantity
                    && held.price == wanted.unit_price
            })
        })
}

/// What an order took from its cart: pieces by line.
pub fn taken(order_id: Uuid, pieces: impl IntoIterator<Item = (Uuid, i32)>) -> LastOrder {
    let line = |(cart_line_id, quantity)| OrderedLine {
        cart_line_id,
        quantity,
    };
    LastOrder {
        order_id,
        lines: pieces.into_iter().map(line).collect(),
    }
}

/// What is held, as the lines of an order.
pub fn to_order(reservation: Reservation) -> Vec<Line> {
    let line = |held: souk_clients::product::ReservedLine| Line {
        cart_line_id: held.line_id,
        shop_id: held.shop_id,
        owner_id: held.owner_id,
        product_id: held.product_id,
        variation_id: held.variation_id,
        title: held.title,
        sku: held.sku,
        options: held.options,
        quantity: held.quantity,
        unit_price: held.price,
        cost_price: held.cost_price,
    };
    reservation.lines.into_iter().map(line).collect()
}
