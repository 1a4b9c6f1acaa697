//! A batch: first as one transaction, and one by one if that fails.

use std::any::Any;
use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::slice;

use futures_util::FutureExt;
use serde::Deserialize;
use souk_bus::{BusError, Delivery, Message, Publisher, Target};
use souk_db::DbError;
use uuid::Uuid;

use super::handler::Group;
use super::{ANY, Outcome, Runner};
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
struct Attributes<'a> {
    id: Uuid,
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
}

/// Messages that were read.
struct Readable<E> {
    ids: Vec<Uuid>,
    /// In order, each with the key of its handler.
    groups: Vec<(&'static str, Box<dyn Group<E>>)>,
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
        if let Ok(readable) = self.read(batch)
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
        let readable = match self.read(slice::from_ref(delivery)) {
            Ok(readable) => readable,
            Err(reason) => return self.park(delivery, publisher, &reason).await.map(Ok),
        };
        let ids = readable.ids.clone();
        let error = match self.apply(readable).await {
            Ok(()) => {
                self.count("handled", 1);
                return delivery.ack().await.map(Ok);
            }
            Err(Fault::Panicked(message)) => {
                tracing::error!(
                    queue = self.queue.name,
                    event.id = delivery.message_id,
                    event.kind = delivery.kind,
                    panic = message,
                    "A handler panicked"
                );
                return self.retry(delivery).await.map(Ok);
            }
            Err(Fault::Refused(error)) => error,
        };
        match (self.settle)(&error) {
            Outcome::Hold => return Ok(Err(error)),
            Outcome::Done => {
                if let Err(error) = self.record(&ids).await {
                    return Ok(Err(error));
                }
                self.count("refused", 1);
                delivery.ack().await?;
            }
            Outcome::Park => self.park(delivery, publisher, &format!("{error:?}")).await?,
            Outcome::Retry => {
                tracing::error!(queue = self.queue.name, event.id = delivery.message_id, event.kind = delivery.kind, error = ?error, "A handler failed");
                self.retry(delivery).await?;
            }
        }
        Ok(Ok(()))
    }

    /// Reads messages and finds their handlers; the reason why it cannot be done otherwise.
    fn read(&self, batch: &[Delivery]) -> Result<Readable<E>, String> {
        let (mut ids, mut groups) = (Vec::with_capacity(batch.len()), Vec::new());
        for Delivery { body, .. } in batch {
            let Attributes { id, kind } = serde_json::from_slice(body)
                .map_err(|error| format!("the envelope cannot be read: {error}"))?;
            let handler = self.handlers.get_key_value(kind.as_ref());
            let (key, handler) = handler
                .or_else(|| self.handlers.get_key_value(ANY))
                .ok_or_else(|| format!("nothing here handles {kind}"))?;
            let mut group = match groups.pop_if(|(last, _)| last == key) {
                Some((_, group)) => group,
                None => handler.group(),
            };
            group.push(body).map_err(|error| error.to_string())?;
            groups.push((*key, group));
            ids.push(id);
        }
        Ok(Readable { ids, groups })
    }

    /// Runs the handlers of the messages that are new, in order, in one transaction with their inbox rows.
    async fn apply(&self, Readable { ids, groups }: Readable<E>) -> Result<(), Fault<E>> {
        self.db
            .transaction(async |tx| {
                let mut fresh = inbox::record(tx, self.queue.name, &ids)
                    .await
                    .map_err(DbError::from)?;
                for (_, group) in groups {
                    caught(group.handle(tx, &mut fresh)).await?;
                }
                Ok(())
            })
            .await
    }

    /// Remembers a message that needs no effect.
    async fn record(&self, ids: &[Uuid]) -> Result<(), E> {
        self.db
            .transaction(async |tx| {
                inbox::record(tx, self.queue.name, ids)
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
