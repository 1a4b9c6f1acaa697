//! More or fewer of a variation can be bought.

use souk_contracts::Envelope;
use souk_contracts::events::StockChanged;
use souk_db::Conn;
use souk_outbox::BatchHandler;

use crate::{Error, Result, ops};

/// Keeps the stock; versions are in the events themselves.
pub struct OnStockChanged;

impl BatchHandler for OnStockChanged {
    type Event = StockChanged;
    type Error = Error;

    async fn handle_all(&self, tx: &mut Conn, events: Vec<Envelope<StockChanged>>) -> Result<()> {
        let changes: Vec<_> = events.into_iter().map(|event| event.data).collect();
        ops::keep_stock(tx, &changes).await
    }
}
