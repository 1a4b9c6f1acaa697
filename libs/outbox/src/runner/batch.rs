//! A batch: first as one transaction, and one by one if that fails.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::Value;
use souk_bus::{BusError, Delivery, Message, Publisher, Target};
use souk_contracts::Envelope;
use souk_db::{Conn, DbError};
use souk_telemetry::Flow;
use uuid::Uuid;

use super::handler::Prepared;
use super::{Outcome, Runner};
use crate::inbox;

/// Messages from `from` on wait for our own infrastructure.
pub(super) struct Held<E> {
    /// The first one that waits.
    pub from: usize,
    /// Why.
    pub error: E,
}

/// What the runner itself needs of an envelope.
#[derive(Deserialize)]
struct Attributes {
    id: Uuid,
    #[serde(rename = "type")]
    kind: String,
    correlationid: Option<String>,
    traceparent: Option<String>,
}

/// A message that was read.
struct Readable<E> {
    id: Uuid,
    kind: String,
    flow: Flow,
    work: Work<E>,
}

/// What is to be done with a message.
enum Work<E> {
    /// Call the handler of its type.
    One(Prepared<E>),
    /// Give it to the handler of all types, with its neighbours.
    Any(Box<Envelope<Value>>),
}

/// Why a transaction of handlers was rolled back.
enum Fault<E> {
    /// A handler or the database refused.
    Refused(E),
    /// A handler panicked.
    Panicked(String),
}

impl<E: From<DbError>> From<DbError> for Fault<E> {
    fn from(error: DbError) -> Self {
        Self::Refused(error.into())
    }
}

impl<E> Runner<E>
where
    E: From<DbError> + std::fmt::Debug + Send + 'static,
{
    /// Gives a batch its effect and acknowledges it; the outer error is the broker's.
    pub(super) async fn process(
        &self,
        batch: &[Delivery],
        publisher: &mut Publisher,
    ) -> Result<Result<(), Held<E>>, BusError> {
        let read: Result<Vec<_>, _> = batch.iter().map(|delivery| self.read(delivery)).collect();
        if let Ok(readable) = read
            && self.apply(readable).await.is_ok()
        {
            if let Some(last) = batch.last() {
                last.ack_up_to().await?;
            }
            self.count("handled", batch.len());
            return Ok(Ok(()));
        }
        for (at, delivery) in batch.iter().enumerate() {
            if let Err(error) = self.process_one(delivery, publisher).await? {
                return Ok(Err(Held { from: at, error }));
            }
        }
        Ok(Ok(()))
    }

    /// Gives one message its effect and settles it.
    async fn process_one(
        &self,
        delivery: &Delivery,
        publisher: &mut Publisher,
    ) -> Result<Result<(), E>, BusError> {
        let readable = match self.read(delivery) {
            Ok(readable) => readable,
            Err(reason) => return self.park(delivery, publisher, &reason).await.map(Ok),
        };
        let (id, kind) = (readable.id, readable.kind.clone());
        let error = match self.apply(vec![readable]).await {
            Ok(()) => {
                self.count("handled", 1);
                return delivery.ack().await.map(Ok);
            }
            Err(Fault::Panicked(message)) => {
                tracing::error!(queue = self.queue.name, event.id = %id, event.kind = kind, panic = message, "A handler panicked");
                return self.retry(delivery).await.map(Ok);
            }
            Err(Fault::Refused(error)) => error,
        };
        match (self.settle)(&error) {
            Outcome::Hold => return Ok(Err(error)),
            Outcome::Done => {
                if let Err(error) = self.record(id).await {
                    return Ok(Err(error));
                }
                self.count("refused", 1);
                delivery.ack().await?;
            }
            Outcome::Park => self.park(delivery, publisher, &format!("{error:?}")).await?,
            Outcome::Retry => {
                tracing::error!(queue = self.queue.name, event.id = %id, event.kind = kind, error = ?error, "A handler failed");
                self.retry(delivery).await?;
            }
        }
        Ok(Ok(()))
    }

    /// Reads a message and finds its handler; the reason why it cannot be done otherwise.
    fn read(&self, delivery: &Delivery) -> Result<Readable<E>, String> {
        let attributes: Attributes = serde_json::from_slice(&delivery.body)
            .map_err(|error| format!("the envelope cannot be read: {error}"))?;
        let Attributes {
            id,
            kind,
            correlationid,
            traceparent,
        } = attributes;
        let work = match (self.handlers.get(kind.as_str()), &self.any) {
            (Some(handler), _) => handler.prepare(&delivery.body).map(Work::One),
            (None, Some(_)) => Envelope::decode_any(&delivery.body).map(Box::new).map(Work::Any),
            (None, None) => return Err(format!("nothing here handles {kind}")),
        };
        let work = work.map_err(|error| error.to_string())?;
        let correlation = correlationid.unwrap_or_else(|| id.to_string());
        let flow = Flow::from_event(id, &correlation, traceparent.as_deref());
        Ok(Readable { id, kind, flow, work })
    }

    /// Runs the handlers of the messages that are new, in order, in one transaction with their inbox rows.
    async fn apply(&self, batch: Vec<Readable<E>>) -> Result<(), Fault<E>> {
        self.db
            .transaction(async |tx| {
                let ids: Vec<Uuid> = batch.iter().map(|readable| readable.id).collect();
                let mut fresh = inbox::record(tx, self.queue.name, &ids)
                    .await
                    .map_err(DbError::from)?;
                let mut together = Vec::new();
                for Readable { id, flow, work, .. } in batch {
                    // Removed, because the same message may come twice in one batch.
                    if !fresh.remove(&id) {
                        continue;
                    }
                    match work {
                        Work::Any(event) => together.push(*event),
                        Work::One(prepared) => {
                            self.handle_together(tx, &mut together).await?;
                            caught(flow.scope(prepared(tx))).await?;
                        }
                    }
                }
                self.handle_together(tx, &mut together).await
            })
            .await
    }

    /// Gives the events collected so far to the handler of all types.
    async fn handle_together(
        &self,
        tx: &mut Conn,
        events: &mut Vec<Envelope<Value>>,
    ) -> Result<(), Fault<E>> {
        match &self.any {
            Some(handler) if !events.is_empty() => caught(handler.handle(tx, std::mem::take(events))).await,
            _ => Ok(()),
        }
    }

    /// Remembers a message that needs no effect.
    async fn record(&self, id: Uuid) -> Result<(), E> {
        self.db
            .transaction(async |tx| {
                inbox::record(tx, self.queue.name, &[id])
                    .await
                    .map_err(DbError::from)?;
                Ok(())
            })
            .await
    }

    /// Moves a message to where operators look, with the reason, and only then lets it go.
    async fn park(
        &self,
        delivery: &Delivery,
        publisher: &mut Publisher,
        reason: &str,
    ) -> Result<(), BusError> {
        tracing::error!(
            queue = self.queue.name,
            event.id = delivery.message_id,
            event.kind = delivery.kind,
            reason,
            "A message is parked"
        );
        let mut headers = delivery.headers.clone();
        headers.insert("x-parked-reason".to_owned(), reason.chars().take(500).collect());
        headers.insert("x-parked-at".to_owned(), chrono::Utc::now().to_rfc3339());
        let message = Message {
            target: Target::Parked(self.queue),
            id: delivery.message_id.clone().unwrap_or_default(),
            kind: delivery.kind.clone().unwrap_or_default(),
            source: String::new(),
            headers,
            body: delivery.body.clone(),
        };
        match publisher.publish(&message).await? {
            souk_bus::Outcome::Confirmed => {
                self.count("parked", 1);
                delivery.ack().await
            }
            // The dead-letter route leads to the same queue, without the reason.
            souk_bus::Outcome::Returned(_) | souk_bus::Outcome::Nacked => delivery.reject(false).await,
        }
    }

    async fn retry(&self, delivery: &Delivery) -> Result<(), BusError> {
        self.count("retried", 1);
        delivery.reject(true).await
    }

    fn count(&self, outcome: &'static str, messages: usize) {
        let messages = u64::try_from(messages).unwrap_or(u64::MAX);
        metrics::counter!("inbox_messages_total", "queue" => self.queue.name, "outcome" => outcome)
            .increment(messages);
    }
}

/// Runs a handler; a panic in it is a fault like others.
async fn caught<E>(handling: impl Future<Output = Result<(), E>>) -> Result<(), Fault<E>> {
    match AssertUnwindSafe(handling).catch_unwind().await {
        Ok(done) => done.map_err(Fault::Refused),
        Err(panic) => Err(Fault::Panicked(panic_message(panic.as_ref()))),
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default()
}
