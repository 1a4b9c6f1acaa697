//! What a service does with an event, and how the runner calls it without knowing its type.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;
use souk_contracts::{DecodeError, Envelope, Event};
use souk_db::Conn;

/// Handles one type of event, in the transaction that holds its inbox row.
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

/// Handles events of every type, as a log does: all that one transaction holds, so that rows can be written
/// together.
///
/// They come from many requests, so no [`souk_telemetry::Flow`] is running.
pub trait AnyHandler: Send + Sync + 'static {
    /// The service's error.
    type Error: Send;

    /// Gives events their effect, in their order; the same event never comes twice.
    fn handle(
        &self,
        tx: &mut Conn,
        events: Vec<Envelope<Value>>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// A handler of some type of event.
pub(super) trait Erased<E>: Send + Sync {
    /// Reads `body` and binds it to the handler.
    fn prepare(&self, body: &[u8]) -> Result<Prepared<E>, DecodeError>;
}

/// An event that was read, waiting for its transaction.
pub(super) type Prepared<E> = Box<dyn FnOnce(&mut Conn) -> BoxFuture<'_, Result<(), E>> + Send>;

/// [`Erased`] for a [`Handler`].
pub(super) struct Typed<H>(pub Arc<H>);

impl<H: Handler> Erased<H::Error> for Typed<H> {
    fn prepare(&self, body: &[u8]) -> Result<Prepared<H::Error>, DecodeError> {
        let event = Envelope::<H::Event>::decode(body)?;
        let handler = self.0.clone();
        Ok(Box::new(move |tx| {
            Box::pin(async move { handler.handle(tx, event).await })
        }))
    }
}

/// An [`AnyHandler`] of some type.
pub(super) trait ErasedAny<E>: Send + Sync {
    /// See [`AnyHandler::handle`].
    fn handle<'a>(&'a self, tx: &'a mut Conn, events: Vec<Envelope<Value>>) -> BoxFuture<'a, Result<(), E>>;
}

impl<H: AnyHandler> ErasedAny<H::Error> for H {
    fn handle<'a>(
        &'a self,
        tx: &'a mut Conn,
        events: Vec<Envelope<Value>>,
    ) -> BoxFuture<'a, Result<(), H::Error>> {
        Box::pin(AnyHandler::handle(self, tx, events))
    }
}
