//! Whether this process may read the queue now, and how.

use std::time::Duration;

use souk_bus::Delivery;
use souk_db::DbError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Runner;
use crate::unknown;

/// How often the table of unknown types is looked at.
pub(super) const LOOK: Duration = Duration::from_secs(1);
/// How often it is said that a queue waits.
const REPEAT: Duration = Duration::from_secs(60);
/// Messages on their way to us: the next batch arrives while this one is handled.
const PREFETCH: u16 = 200;
/// Deliveries without an answer after which a queue is read one message at a time. The broker counts every message in
/// hand when a connection ends, and parks at 20 whatever it was.
const FRAGILE: i64 = 5;

/// How a queue is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Many messages are in hand.
    Batches,
    /// One is, so that a crash counts against no other.
    OneByOne,
}

impl Pace {
    pub fn prefetch(self) -> u16 {
        match self {
            Self::Batches => PREFETCH,
            Self::OneByOne => 1,
        }
    }
}

impl<E> Runner<E>
where
    E: From<DbError> + std::error::Error + Send + 'static,
{
    /// Waits until this build knows every type that is known to wait in the queue; `None` at `shutdown`. Also waits for
    /// the database: without it nothing could be handled, and each new connection would count as a delivery.
    pub(super) async fn await_turn(&self, shutdown: &CancellationToken) -> Option<Pace> {
        let mut said: Option<Instant> = None;
        loop {
            let obstacle = match self.look().await {
                Ok((unknown, pace)) if unknown.is_empty() => return Some(pace),
                Ok((unknown, _)) => format!("waiting for a build that knows {}", unknown.join(", ")),
                Err(error) => format!("the database failed, retrying: {error:?}"),
            };
            if said.is_none_or(|at| at.elapsed() > REPEAT) {
                tracing::warn!(
                    queue = self.queue.name,
                    "Runner: the queue is not read, {obstacle}"
                );
                said = Some(Instant::now());
            }
            shutdown.run_until_cancelled(tokio::time::sleep(LOOK)).await?;
        }
    }

    async fn look(&self) -> Result<(Vec<String>, Pace), DbError> {
        let unknown = self.unknown_types().await?;
        let mut conn = self.db.conn().await?;
        let pace = match unknown::is_fragile(&mut conn, self.queue.name).await? {
            true => Pace::OneByOne,
            false => Pace::Batches,
        };
        Ok((unknown, pace))
    }

    /// The types that wait in the queue and that this build does not know; forgets those that it knows.
    pub(super) async fn unknown_types(&self) -> Result<Vec<String>, DbError> {
        let mut conn = self.db.conn().await?;
        let noted = unknown::of_queue(&mut conn, self.queue.name).await?;
        let waiting = noted.into_iter().filter(|noted| noted.parked_since.is_none());
        let unknown: Vec<String> = waiting
            .map(|noted| noted.kind)
            .filter(|kind| !self.knows(kind))
            .collect();
        let count = u32::try_from(unknown.len()).unwrap_or(u32::MAX);
        metrics::gauge!("unknown_event_types", "queue" => self.queue.name).set(count);
        Ok(unknown)
    }

    /// Forgets the types that this build knows, so that others read the queue too. Only while it reads the queue itself:
    /// until then one that does not know them must not.
    pub(super) async fn forget_known_types(&self) -> Result<(), DbError> {
        let mut conn = self.db.conn().await?;
        let noted = unknown::of_queue(&mut conn, self.queue.name).await?;
        let known: Vec<&str> = noted
            .iter()
            .map(|noted| noted.kind.as_str())
            .filter(|kind| self.knows(kind))
            .collect();
        if known.is_empty() {
            return Ok(());
        }
        tracing::info!(
            queue = self.queue.name,
            types = known.join(", "),
            "Runner: this build knows types that another one waited with"
        );
        unknown::forget(&mut conn, self.queue.name, &known).await
    }

    /// The pace that a message shows to be needed, where it is another one. What was returned comes first again, so behind
    /// a message that was never delivered before there is none that was.
    pub(super) fn other_pace(pace: Pace, delivery: &Delivery) -> Option<Pace> {
        match pace {
            Pace::Batches if delivery.delivery_count >= FRAGILE => Some(Pace::OneByOne),
            Pace::OneByOne if delivery.delivery_count == 0 => Some(Pace::Batches),
            Pace::Batches | Pace::OneByOne => None,
        }
    }

    /// Notes how the queue is to be read, for each process that opens it.
    pub(super) async fn set_pace(&self, pace: Pace) -> Result<(), DbError> {
        let is_fragile = pace == Pace::OneByOne;
        let mut conn = self.db.conn().await?;
        unknown::set_fragile(&mut conn, self.queue.name, is_fragile).await?;
        tracing::warn!(
            queue = self.queue.name,
            one_by_one = is_fragile,
            "Runner: the pace of the queue changes"
        );
        Ok(())
    }
}
