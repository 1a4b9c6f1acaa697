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

/// Handles events of every type, as a log does.
pub trait AnyHandler: Send + Sync + 'static {
    /// The service's error.
    type Error: Send;

    /// Gives the event its effect; the same event never comes twice.
    fn handle(
        &self,
        tx: &mut Conn,
        event: Envelope<Value>,
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

/// [`Erased`] for an [`AnyHandler`].
pub(super) struct Untyped<H>(pub Arc<H>);

impl<H: AnyHandler> Erased<H::Error> for Untyped<H> {
    fn prepare(&self, body: &[u8]) -> Result<Prepared<H::Error>, DecodeError> {
        let event = Envelope::decode_any(body)?;
        let handler = self.0.clone();
        Ok(Box::new(move |tx| {
            Box::pin(async move { handler.handle(tx, event).await })
        }))
    }
}
