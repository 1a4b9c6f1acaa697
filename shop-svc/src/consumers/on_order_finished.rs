//! A whole order is final.
//!
//! Each of its items has said so by an event of its own, so there is nothing left to do.

use souk_contracts::Envelope;
use souk_contracts::events::{OrderCancelled, OrderCompleted};
use souk_db::Conn;
use souk_outbox::Handler;

use crate::{Error, Result};

/// Every item is final, and at least one arrived.
pub struct OnOrderCompleted;

impl Handler for OnOrderCompleted {
    type Event = OrderCompleted;
    type Error = Error;

    async fn handle(&self, _: &mut Conn, _: Envelope<OrderCompleted>) -> Result<()> {
        Ok(())
    }
}

/// Every item was cancelled.
pub struct OnOrderCancelled;

impl Handler for OnOrderCancelled {
    type Event = OrderCancelled;
    type Error = Error;

    async fn handle(&self, _: &mut Conn, _: Envelope<OrderCancelled>) -> Result<()> {
        Ok(())
    }
}
