//! An order takes its stock; a cancelled item gives it back.

use souk_contracts::Envelope;
use souk_contracts::events::{OrderCreated, OrderItemStatus, OrderItemStatusUpdated};
use souk_db::Conn;
use souk_outbox::Handler;

use crate::domain::{ReservationId, Returned, VariationId};
use crate::{Error, Result, ops};

/// The reservation becomes a sale.
pub struct OnOrderCreated;

impl Handler for OnOrderCreated {
    type Event = OrderCreated;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<OrderCreated>) -> Result<()> {
        let order = event.data;
        ops::sell_reservation(tx, ReservationId(order.reservation_id), Some(order.order_id)).await
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
