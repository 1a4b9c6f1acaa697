//! What a service does with events, and how the runner calls it without knowing their type.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use souk_contracts::{DecodeError, Envelope, Event};
use souk_db::Conn;
use souk_telemetry::Flow;
use uuid::Uuid;

/// Handles one type of event, one event at a time, in the transaction that holds its inbox row.
///
/// The transaction may hold other events of the same queue as well, and may be rolled back and run again: keep
/// nothing in `self` that a rollback would have to undo.
pub trait Handler: Send + Sync + 'static {
    /// The payload.
    type Event: Event;
    /// The service's error.
    type Error: Send;

    /// Gives the event its effect; the same event never comes twice.
    fn handle(
        &self,
        tx: &mut Conn,
        event: Envelope<Self::Event>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Handles all events at once that lie next to each other in a transaction, so that rows can be written together. Each
/// [`Handler`] is one, too.
///
/// When it fails, the events come again one by one, and each meets its own fate. They come from many requests, so no
/// [`Flow`] is running: a handler that tells events of its own is a [`Handler`].
pub trait BatchHandler: Send + Sync + 'static {
    /// The payload: that of one type of event, or a [`serde_json::Value`] for all.
    type Event: Send + 'static;
    /// The service's error.
    type Error: Send;

    /// Gives events their effect, in their order; the same event never comes twice.
    fn handle_all(
        &self,
        tx: &mut Conn,
        events: Vec<Envelope<Self::Event>>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

impl<H: Handler> BatchHandler for H {
    type Event = H::Event;
    type Error = H::Error;

    async fn handle_all(&self, tx: &mut Conn, events: Vec<Envelope<H::Event>>) -> Result<(), H::Error> {
        for event in events {
            flow_of(&event).scope(self.handle(tx, event)).await?;
        }
        Ok(())
    }
}

fn flow_of<T>(event: &Envelope<T>) -> Flow {
    let id = event.id.to_string();
    let correlation = event.correlationid.as_deref().unwrap_or(&id);
    Flow::from_event(&id, correlation, event.traceparent.as_deref())
}

/// A handler of some payload.
pub(super) trait Erased<E>: Send + Sync {
    /// A group without events.
    fn group(&self) -> Box<dyn Group<E>>;
}

/// Neighbours for one handler, waiting for their transaction.
pub(super) trait Group<E>: Send {
    /// Reads one more.
    fn push(&mut self, body: &[u8]) -> Result<(), DecodeError>;

    /// Takes those that are new out of `fresh` and handles them.
    fn handle<'a>(
        self: Box<Self>,
        tx: &'a mut Conn,
        fresh: &'a mut HashSet<Uuid>,
    ) -> BoxFuture<'a, Result<(), E>>;
}

/// How a message is read.
pub(super) type Decode<T> = fn(&[u8]) -> Result<Envelope<T>, DecodeError>;

/// [`Erased`] for a [`BatchHandler`].
pub(super) struct Typed<H: BatchHandler> {
    pub handler: Arc<H>,
    pub decode: Decode<H::Event>,
}

impl<H: BatchHandler> Erased<H::Error> for Typed<H> {
    fn group(&self) -> Box<dyn Group<H::Error>> {
        Box::new(Neighbours {
            handler: self.handler.clone(),
            decode: self.decode,
            events: Vec::new(),
        })
    }
}

struct Neighbours<H: BatchHandler> {
    handler: Arc<H>,
    decode: Decode<H::Event>,
    events: Vec<Envelope<H::Event>>,
}

impl<H: BatchHandler> Group<H::Error> for Neighbours<H> {
    fn push(&mut self, body: &[u8]) -> Result<(), DecodeError> {
        self.events.push((self.decode)(body)?);
        Ok(())
    }

    fn handle<'a>(
        mut self: Box<Self>,
        tx: &'a mut Conn,
        fresh: &'a mut HashSet<Uuid>,
    ) -> BoxFuture<'a, Result<(), H::Error>> {
        // Removed, because the same message may come twice in one batch.
        self.events.retain(|event| fresh.remove(&event.id));
        Box::pin(async move {
            if self.events.is_empty() {
                return Ok(());
            }
            self.handler.handle_all(tx, self.events).await
        })
    }
}
