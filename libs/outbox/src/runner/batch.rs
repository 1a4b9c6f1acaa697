//! A batch: first as one transaction, and one by one if that fails.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use souk_bus::{BusError, Delivery, Message, Publisher, Target, printable};
use souk_db::DbError;
use uuid::Uuid;

use super::attempt::{Attempt, Deferred, MAX_ATTEMPTS};
use super::read::{Readable, Unreadable};
use super::{Outcome, Runner};
use crate::parked::ParkedCause;
use crate::{inbox, unknown};

/// Characters of a reason, at most.
const MAX_REASON: usize = 500;

/// Why a batch was not finished; what is left of it is still in the batch.
pub(super) enum Pause<E> {
    /// Our own infrastructure is away.
    Unavailable(E),
    /// The first message of the rest is of a type that only a newer build knows.
    UnknownType(String),
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
    E: From<DbError> + std::error::Error + Send + 'static,
{
    /// Gives a batch its effect and acknowledges it; the outer error is the broker's.
    pub(super) async fn process(
        &self,
        batch: &mut VecDeque<Attempt>,
        deferred: &mut Deferred,
        publisher: &mut Publisher,
    ) -> Result<Result<(), Pause<E>>, BusError> {
        let is_first = batch.iter().all(|attempt| attempt.failures == 0);
        if is_first
            && let Ok(readable) = self.read(batch.iter().map(|attempt| &attempt.delivery))
            && self.apply(readable).await.is_ok()
        {
            self.count("handled", batch.len());
            acknowledge(batch, deferred).await?;
            return Ok(Ok(()));
        }
        while let Some(attempt) = batch.pop_front() {
            if let Err((attempt, pause)) = self.process_one(attempt, deferred, publisher).await? {
                batch.push_front(attempt);
                return Ok(Err(pause));
            }
        }
        Ok(Ok(()))
    }

    /// Gives one message its effect and settles it, or gives it back.
    async fn process_one(
        &self,
        attempt: Attempt,
        deferred: &mut Deferred,
        publisher: &mut Publisher,
    ) -> Result<Result<(), (Attempt, Pause<E>)>, BusError> {
        let delivery = &attempt.delivery;
        let readable = match self.read(std::iter::once(delivery)) {
            Ok(readable) => readable,
            Err(Unreadable::Broken(reason)) => {
                let parked = self.park(delivery, publisher, ParkedCause::Unreadable, &reason);
                return parked.await.map(Ok);
            }
            Err(Unreadable::UnknownType(kind)) => return self.meet_unknown(attempt, kind, publisher).await,
            Err(Unreadable::Unhandled(kind)) => return self.meet_unhandled(attempt, kind, publisher).await,
        };
        let ids = readable.ids.clone();
        let error = match self.apply(readable).await {
            Ok(()) => {
                self.count("handled", 1);
                return delivery.ack().await.map(Ok);
            }
            Err(Fault::Panicked(message)) => {
                let reason = format!("a handler panicked: {message}");
                return self.defer(attempt, deferred, publisher, &reason).await.map(Ok);
            }
            Err(Fault::Refused(error)) => error,
        };
        match (self.settle)(&error) {
            Outcome::Hold => return Ok(Err((attempt, Pause::Unavailable(error)))),
            Outcome::Done => {
                if let Err(error) = self.record(&ids).await {
                    return Ok(Err((attempt, Pause::Unavailable(error))));
                }
                self.count("refused", 1);
                delivery.ack().await?;
            }
            Outcome::Park => {
                let reason = reason_of(&error);
                self.park(delivery, publisher, ParkedCause::Refused, &reason)
                    .await?;
            }
            Outcome::Retry => {
                self.defer(attempt, deferred, publisher, &reason_of(&error))
                    .await?
            }
        }
        Ok(Ok(()))
    }

    /// Leaves a message of a newer build in the queue, or parks it where an operator decided so.
    async fn meet_unknown(
        &self,
        attempt: Attempt,
        kind: String,
        publisher: &mut Publisher,
    ) -> Result<Result<(), (Attempt, Pause<E>)>, BusError> {
        let noted = match self.db.conn().await {
            Ok(mut conn) => unknown::note(&mut conn, self.queue.name, &kind).await,
            Err(error) => Err(error),
        };
        match noted {
            Ok(true) => self
                .park_unknown(&attempt.delivery, &kind, publisher)
                .await
                .map(Ok),
            Ok(false) => Ok(Err((attempt, Pause::UnknownType(kind)))),
            Err(error) => Ok(Err((attempt, Pause::Unavailable(error.into())))),
        }
    }

    /// Parks a message that nothing here handles: as one of a newer build where an operator had its type parked, so that a
    /// replay which comes too early keeps its cause.
    async fn meet_unhandled(
        &self,
        attempt: Attempt,
        kind: String,
        publisher: &mut Publisher,
    ) -> Result<Result<(), (Attempt, Pause<E>)>, BusError> {
        let is_parked = match self.db.conn().await {
            Ok(mut conn) => {
                unknown::is_parked(&mut conn, self.queue.name, &printable(&kind, MAX_REASON)).await
            }
            Err(error) => Err(error),
        };
        let delivery = &attempt.delivery;
        match is_parked {
            Ok(true) => self.park_unknown(delivery, &kind, publisher).await.map(Ok),
            Ok(false) => {
                let reason = format!("nothing here handles {kind}");
                let parked = self.park(delivery, publisher, ParkedCause::Unreadable, &reason);
                parked.await.map(Ok)
            }
            Err(error) => Ok(Err((attempt, Pause::Unavailable(error.into())))),
        }
    }

    async fn park_unknown(
        &self,
        delivery: &Delivery,
        kind: &str,
        publisher: &mut Publisher,
    ) -> Result<(), BusError> {
        let reason = format!("this build does not know {kind}, and an operator had it parked");
        self.park(delivery, publisher, ParkedCause::UnknownType, &reason)
            .await
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

    /// Tries a message again later, and parks it with its last error when it has failed too often.
    async fn defer(
        &self,
        attempt: Attempt,
        deferred: &mut Deferred,
        publisher: &mut Publisher,
        reason: &str,
    ) -> Result<(), BusError> {
        tracing::error!(
            queue = self.queue.name,
            event.id = attempt.delivery.message_id,
            event.kind = attempt.delivery.kind,
            attempt = attempt.failures + 1,
            reason,
            "A handler failed"
        );
        match deferred.put(attempt) {
            Some(given_up) => {
                let reason = format!("failed {MAX_ATTEMPTS} times: {reason}");
                self.park(&given_up.delivery, publisher, ParkedCause::Failed, &reason)
                    .await
            }
            None => {
                self.count("retried", 1);
                Ok(())
            }
        }
    }

    /// Moves a message to where operators look, with the reason, and only then lets it go.
    async fn park(
        &self,
        delivery: &Delivery,
        publisher: &mut Publisher,
        cause: ParkedCause,
        reason: &str,
    ) -> Result<(), BusError> {
        let reason = printable(reason, MAX_REASON);
        tracing::error!(
            queue = self.queue.name,
            event.id = delivery.message_id,
            event.kind = delivery.kind,
            reason,
            "A message is parked"
        );
        // Of its headers only what is read again: a sender's may fill a frame, and these would not fit in then.
        let mut headers = std::collections::BTreeMap::new();
        if let Some(traceparent) = delivery.headers.get("traceparent") {
            headers.insert("traceparent".to_owned(), printable(traceparent, 100));
        }
        headers.insert("x-parked-cause".to_owned(), cause.as_str().to_owned());
        headers.insert("x-parked-reason".to_owned(), reason);
        headers.insert("x-parked-at".to_owned(), chrono::Utc::now().to_rfc3339());
        let message = Message {
            target: Target::Parked(self.queue),
            id: delivery.message_id.clone().unwrap_or_default(),
            kind: delivery.kind.clone().unwrap_or_default(),
            source: delivery.source.clone().unwrap_or_default(),
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

    fn count(&self, outcome: &'static str, messages: usize) {
        let messages = u64::try_from(messages).unwrap_or(u64::MAX);
        metrics::counter!("inbox_messages_total", "queue" => self.queue.name, "outcome" => outcome)
            .increment(messages);
    }
}

/// Lets a whole batch go: at once, unless earlier messages are still to be tried again.
async fn acknowledge(batch: &mut VecDeque<Attempt>, deferred: &Deferred) -> Result<(), BusError> {
    if deferred.is_empty() {
        if let Some(last) = batch.back() {
            last.delivery.ack_up_to().await?;
        }
    } else {
        for attempt in &*batch {
            attempt.delivery.ack().await?;
        }
    }
    batch.clear();
    Ok(())
}

/// An error and what caused it, as one line.
fn reason_of(error: &dyn std::error::Error) -> String {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !reason.ends_with(&words) {
            reason = format!("{reason}: {words}");
        }
        source = cause.source();
    }
    reason
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
