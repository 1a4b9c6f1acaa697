//! More or fewer of a variation can be bought.

use souk_contracts::Envelope;
use souk_contracts::events::StockChanged;
use souk_db::Conn;
use souk_outbox::Handler;

use crate::{Error, Result, ops};

/// Keeps the stock; its version is in the event itself.
pub struct OnStockChanged;

impl Handler for OnStockChanged {
    type Event = StockChanged;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<StockChanged>) -> Result<()> {
        ops::keep_stock(tx, &event.data).await
    }
}
