//! An order was made of a cart.

use souk_contracts::Envelope;
use souk_contracts::events::OrderCreated;
use souk_db::Conn;
use souk_outbox::Handler;
use uuid::Uuid;

use crate::{Error, Result, ops};

/// Exactly what was ordered leaves the cart.
pub struct OnOrderCreated;

impl Handler for OnOrderCreated {
    type Event = OrderCreated;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<OrderCreated>) -> Result<()> {
        let order = event.data;
        let lines: Vec<(Uuid, i32)> = order
            .items
            .iter()
            .map(|item| (item.cart_line_id, item.quantity))
            .collect();
        ops::take_out_order(tx, order.user_id, order.order_id, &lines).await
    }
}
