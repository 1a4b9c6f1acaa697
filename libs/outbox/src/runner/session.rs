//! One connection's worth of consuming.

use std::time::Duration;

use souk_bus::{BusError, Deliveries, Delivery, Publisher};
use souk_db::DbError;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::Runner;
use super::batch::Held;

/// Messages in one transaction, at most.
const BATCH: usize = 100;
/// How long a batch that is not full waits at least for more; it waits half as long as the last one took, because what
/// is slow is slow by the batch.
const GATHER: Duration = Duration::from_millis(2);
/// How long it waits at most: several readers may stand between an order and what follows it.
const LONGEST_GATHER: Duration = Duration::from_millis(10);
/// Messages on their way to us: the next batch arrives while this one is handled.
const PREFETCH: u16 = 300;
/// The first pause while our infrastructure is away.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause while our infrastructure is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

impl<E> Runner<E>
where
    E: From<DbError> + std::fmt::Debug + Send + 'static,
{
    /// Connects and consumes until the connection breaks or `shutdown`.
    pub(super) async fn session(&self, shutdown: &CancellationToken) -> Result<(), BusError> {
        let Some(session) = self.bus.session(self.queue.name, shutdown).await else {
            return Ok(());
        };
        let mut publisher = session.publisher().await?;
        let mut deliveries = session.consume(self.queue, PREFETCH).await?;
        let mut gather = GATHER;
        loop {
            let batch = tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                batch = take_batch(&mut deliveries, gather) => batch?,
            };
            let begun = Instant::now();
            self.settle_batch(batch, &mut publisher, shutdown).await?;
            gather = (begun.elapsed() / 2).clamp(GATHER, LONGEST_GATHER);
        }
        // Whatever was delivered beyond the last batch goes back to the queue with the connection.
        session.close().await;
        Ok(())
    }

    /// Handles a batch; while our infrastructure is away it is held, and nothing new is taken.
    async fn settle_batch(
        &self,
        batch: Vec<Delivery>,
        publisher: &mut Publisher,
        shutdown: &CancellationToken,
    ) -> Result<(), BusError> {
        let mut rest = batch.as_slice();
        let mut pause = FIRST_PAUSE;
        while !rest.is_empty() {
            match self.process(rest, publisher).await? {
                Ok(()) => break,
                Err(Held { from, error }) => {
                    tracing::warn!(
                        queue = self.queue.name, error = ?error, pause_ms = pause.as_millis(),
                        "The queue is held until what it needs is back"
                    );
                    rest = rest.get(from..).unwrap_or_default();
                }
            }
            if shutdown
                .run_until_cancelled(tokio::time::sleep(pause))
                .await
                .is_none()
            {
                break;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Ok(())
    }
}

/// Waits for one message, and a moment for those that come with it: what takes effect together costs one transaction.
async fn take_batch(deliveries: &mut Deliveries, gather: Duration) -> Result<Vec<Delivery>, BusError> {
    let mut batch = Vec::new();
    if let Some(first) = deliveries.next().await {
        batch.push(first?);
    }
    let until = Instant::now() + gather;
    while batch.len() < BATCH {
        match timeout_at(until, deliveries.next()).await {
            Ok(Some(delivery)) => batch.push(delivery?),
            Ok(None) | Err(_) => break,
        }
    }
    Ok(batch)
}
