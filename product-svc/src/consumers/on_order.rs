//! Orders take their stock; a cancelled item gives it back.

use souk_contracts::Envelope;
use souk_contracts::events::{OrderCreated, OrderItemStatus, OrderItemStatusUpdated};
use souk_db::Conn;
use souk_outbox::{BatchHandler, Handler};

use crate::domain::{ReservationId, Returned, VariationId};
use crate::{Error, Result, ops};

/// Reservations become sales.
pub struct OnOrderCreated;

impl BatchHandler for OnOrderCreated {
    type Event = OrderCreated;
    type Error = Error;

    async fn handle_all(&self, tx: &mut Conn, events: Vec<Envelope<OrderCreated>>) -> Result<()> {
        let orders = events.into_iter().map(|event| event.data);
        let sales: Vec<_> = orders
            .map(|order| (ReservationId(order.reservation_id), Some(order.order_id)))
            .collect();
        ops::sell_reservations(tx, &sales).await
    }
}

/// A cancelled item comes back. It may come before its order is known here: what is put back and what is sold add up to
/// the same in either order.
pub struct OnItemStatusUpdated;

impl Handler for OnItemStatusUpdated {
    type Event = OrderItemStatusUpdated;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<OrderItemStatusUpdated>) -> Result<()> {
        let item = event.data;
        if item.to != OrderItemStatus::Cancelled {
            return Ok(());
        }
        let returned = Returned {
            order_item_id: item.order_item_id,
            variation_id: VariationId(item.variation_id),
            quantity: item.quantity,
        };
        ops::record_return(tx, &returned).await
    }
}
