//! Anything happened.

use serde_json::Value;
use souk_contracts::Envelope;
use souk_db::Conn;
use souk_outbox::BatchHandler;

use crate::domain::Pseudonyms;
use crate::{Error, Result, ops};

/// Logs every event and keeps the figures.
pub struct OnAny {
    /// Names for accounts that are erased.
    pub pseudonyms: Pseudonyms,
}

impl BatchHandler for OnAny {
    type Event = Value;
    type Error = Error;

    async fn handle_all(&self, tx: &mut Conn, events: Vec<Envelope<Value>>) -> Result<()> {
        ops::record_events(tx, &self.pseudonyms, events).await
    }
}
