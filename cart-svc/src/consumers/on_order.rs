//! Orders were made of carts.

use souk_contracts::Envelope;
use souk_contracts::events::OrderCreated;
use souk_db::Conn;
use souk_outbox::BatchHandler;

use crate::domain::Order;
use crate::{Error, Result, ops};

/// Exactly what was ordered leaves the cart.
pub struct OnOrderCreated;

impl BatchHandler for OnOrderCreated {
    type Event = OrderCreated;
    type Error = Error;

    async fn handle_all(&self, tx: &mut Conn, events: Vec<Envelope<OrderCreated>>) -> Result<()> {
        let orders: Vec<Order> = events.into_iter().map(|event| order(event.data)).collect();
        ops::take_out_orders(tx, &orders).await
    }
}

fn order(told: OrderCreated) -> Order {
    let lines = told.items.iter();
    Order {
        id: told.order_id,
        user_id: told.user_id,
        lines: lines.map(|item| (item.cart_line_id, item.quantity)).collect(),
    }
}
