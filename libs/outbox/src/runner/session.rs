//! One connection's worth of consuming.

use std::collections::VecDeque;
use std::time::Duration;

use souk_bus::{BusError, Deliveries, Publisher};
use souk_db::DbError;
use tokio::time::{Instant, MissedTickBehavior, timeout_at};
use tokio_util::sync::CancellationToken;

use super::Runner;
use super::attempt::{Attempt, Deferred};
use super::batch::Pause;
use super::turn::{LOOK, Pace};

/// Messages in one transaction, at most.
const BATCH: usize = 100;
/// How long a batch that is not full waits at least for more; it waits half as long as the last one took, because what
/// is slow is slow by the batch.
const GATHER: Duration = Duration::from_millis(2);
/// How long it waits at most: several readers may stand between an order and what follows it.
const LONGEST_GATHER: Duration = Duration::from_millis(10);
/// The first pause while our infrastructure is away.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause while our infrastructure is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What is to be done next.
enum Next {
    /// Handle these.
    Batch(VecDeque<Attempt>),
    /// Look at the table of unknown types.
    Look,
    /// Stop.
    Stop,
}

/// Whether the connection is still wanted.
#[derive(PartialEq, Eq)]
enum Course {
    Continue,
    /// All that is in hand goes back to the queue, once.
    GiveBack,
}

impl<E> Runner<E>
where
    E: From<DbError> + std::error::Error + Send + 'static,
{
    /// Waits for its turn, connects and consumes until the connection breaks, the queue is given back or `shutdown`.
    pub(super) async fn session(&self, shutdown: &CancellationToken) -> Result<(), BusError> {
        let Some(pace) = self.await_turn(shutdown).await else {
            return Ok(());
        };
        let Some(session) = self.bus.session(self.queue.name, shutdown).await else {
            return Ok(());
        };
        let mut publisher = session.publisher().await?;
        let mut deliveries = session.consume(self.queue, pace.prefetch()).await?;
        let mut deferred = Deferred::default();
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut gather = GATHER;
        loop {
            let next = tokio::select! {
                biased;
                () = shutdown.cancelled() => Next::Stop,
                _ = look.tick() => Next::Look,
                due = deferred.due() => Next::Batch(due.into()),
                first = deliveries.next() => match first {
                    Some(first) => {
                        let batch = VecDeque::from([Attempt::from(first?)]);
                        Next::Batch(fill(batch, &mut deliveries, gather).await?)
                    }
                    None => Next::Stop,
                },
            };
            let begun = Instant::now();
            let course = match next {
                Next::Stop => Course::GiveBack,
                Next::Look => self.look_again().await,
                Next::Batch(batch) => {
                    self.read_batch(pace, batch, &mut deferred, &mut publisher, shutdown)
                        .await?
                }
            };
            if course == Course::GiveBack {
                break;
            }
            gather = (begun.elapsed() / 2).clamp(GATHER, LONGEST_GATHER);
        }
        // Whatever is in hand goes back to the queue with the connection, and another replica reads it.
        session.close().await;
        Ok(())
    }

    /// Gives the queue back when another process has met a type that this build does not know.
    async fn look_again(&self) -> Course {
        match self.unknown_types().await {
            Ok(unknown) if !unknown.is_empty() => return Course::GiveBack,
            Ok(_) => {}
            // The next batch meets it too, and waits.
            Err(error) => {
                tracing::debug!(
                    queue = self.queue.name,
                    ?error,
                    "Runner: unknown types unavailable"
                );
                return Course::Continue;
            }
        }
        if let Err(error) = self.forget_known_types().await {
            tracing::debug!(
                queue = self.queue.name,
                ?error,
                "Runner: unknown types unavailable"
            );
        }
        Course::Continue
    }

    /// Handles a batch at the pace that its messages need.
    async fn read_batch(
        &self,
        pace: Pace,
        batch: VecDeque<Attempt>,
        deferred: &mut Deferred,
        publisher: &mut Publisher,
        shutdown: &CancellationToken,
    ) -> Result<Course, BusError> {
        let other = batch
            .iter()
            .find_map(|attempt| Self::other_pace(pace, &attempt.delivery));
        if other == Some(Pace::OneByOne) && self.set_pace(Pace::OneByOne).await.is_ok() {
            return Ok(Course::GiveBack);
        }
        let course = self.settle_batch(batch, deferred, publisher, shutdown).await?;
        // Changed after the message is done with: nothing is in hand then that would be counted.
        if other == Some(Pace::Batches) && self.set_pace(Pace::Batches).await.is_ok() {
            return Ok(Course::GiveBack);
        }
        Ok(course)
    }

    /// Handles a batch; while our infrastructure is away it is held, and nothing new is taken.
    async fn settle_batch(
        &self,
        mut batch: VecDeque<Attempt>,
        deferred: &mut Deferred,
        publisher: &mut Publisher,
        shutdown: &CancellationToken,
    ) -> Result<Course, BusError> {
        let mut pause = FIRST_PAUSE;
        while !batch.is_empty() {
            match self.process(&mut batch, deferred, publisher).await? {
                Ok(()) => break,
                Err(Pause::UnknownType(kind)) => {
                    tracing::error!(
                        queue = self.queue.name,
                        event.kind = kind,
                        "Runner: unknown event type, the queue is given back for a build that knows it"
                    );
                    return Ok(Course::GiveBack);
                }
                Err(Pause::Unavailable(error)) => {
                    tracing::warn!(
                        queue = self.queue.name, error = ?error, pause_ms = pause.as_millis(),
                        "The queue is held until what it needs is back"
                    );
                }
            }
            let waiting = shutdown.run_until_cancelled(tokio::time::sleep(pause));
            if waiting.await.is_none() {
                break;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Ok(Course::Continue)
    }
}

/// Waits a moment for those that come with the first one: what takes effect together costs one transaction.
async fn fill(
    mut batch: VecDeque<Attempt>,
    deliveries: &mut Deliveries,
    gather: Duration,
) -> Result<VecDeque<Attempt>, BusError> {
    let until = Instant::now() + gather;
    while batch.len() < BATCH {
        match timeout_at(until, deliveries.next()).await {
            Ok(Some(delivery)) => batch.push_back(Attempt::from(delivery?)),
            Ok(None) | Err(_) => break,
        }
    }
    Ok(batch)
}
