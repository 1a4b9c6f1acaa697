//! Anything happened.

use serde_json::Value;
use souk_contracts::Envelope;
use souk_db::Conn;
use souk_outbox::BatchHandler;

use crate::{Error, Result, ops};

/// Logs every event and keeps the figures.
pub struct OnAny;

impl BatchHandler for OnAny {
    type Event = Value;
    type Error = Error;

    async fn handle_all(&self, tx: &mut Conn, events: Vec<Envelope<Value>>) -> Result<()> {
        ops::record_events(tx, events).await
    }
}
