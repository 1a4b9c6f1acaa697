//! Drains parked queues into the table, and sends replays.

use std::time::Duration;

use futures_util::stream::{BoxStream, SelectAll, StreamExt};
use souk_bus::{Bus, BusError, Delivery, Message, Outcome, Publisher, Session, Target};
use souk_contracts::topology::Queue;
use souk_db::{Db, DbError};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{ParkedMessage, ParkedState, store};

/// The pause before the queues are opened again after their connection broke.
const RECONNECT: Duration = Duration::from_secs(1);
/// How often it looks for replays that an operator wants.
const POLL: Duration = Duration::from_millis(500);
/// Parked messages on their way to us, at most, per queue.
const PREFETCH: u16 = 50;
/// Replays sent together.
const BATCH: i64 = 100;

/// Keeps a service's parked messages. Any number of replicas may run one.
pub struct ParkedKeeper {
    db: Db,
    bus: Bus,
    service: &'static str,
    queues: Vec<&'static Queue>,
}

#[derive(Debug, thiserror::Error)]
enum KeeperError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Bus(#[from] BusError),
}

impl ParkedKeeper {
    /// A keeper of what could not be handled from `queues`, which are those that `service` reads.
    pub fn new(db: Db, bus: Bus, service: &'static str, queues: Vec<&'static Queue>) -> Self {
        Self {
            db,
            bus,
            service,
            queues,
        }
    }

    /// Keeps and replays until `shutdown`, reconnecting whenever broker or database were away.
    pub async fn run(self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            if let Err(error) = self.session(&shutdown).await {
                tracing::warn!(service = self.service, %error, "Parked messages cannot be kept just now");
            }
            shutdown.run_until_cancelled(tokio::time::sleep(RECONNECT)).await;
        }
    }

    async fn session(&self, shutdown: &CancellationToken) -> Result<(), KeeperError> {
        let name = format!("{}.parked", self.service);
        let Some(session) = self.bus.session(&name, shutdown).await else {
            return Ok(());
        };
        let mut publisher = session.publisher().await?;
        let mut parked = self.open(&session).await?;
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                Some((queue, delivery)) = parked.next() => self.keep(queue, &delivery?).await?,
                () = tokio::time::sleep(POLL) => self.replay(&session, &mut publisher).await?,
            }
        }
        session.close().await;
        Ok(())
    }

    async fn open(&self, session: &Session) -> Result<SelectAll<BoxStream<'static, Parked>>, BusError> {
        let mut all = SelectAll::new();
        for queue in self.queues.iter().copied() {
            let deliveries = session.consume_parked(queue, PREFETCH).await?;
            all.push(deliveries.map(move |delivery| (queue, delivery)).boxed());
        }
        Ok(all)
    }

    /// Acknowledged after the commit: a crash in between drains it twice, into the same row.
    async fn keep(&self, queue: &Queue, delivery: &Delivery) -> Result<(), KeeperError> {
        let mut conn = self.db.conn().await?;
        store::keep(&mut conn, queue.name, delivery).await?;
        metrics::counter!("parked_messages_total", "queue" => queue.name.to_owned()).increment(1);
        Ok(delivery.ack().await?)
    }

    /// Sends what waits to be replayed, and marks what the broker has.
    async fn replay(&self, session: &Session, publisher: &mut Publisher) -> Result<(), KeeperError> {
        if !session.is_open() {
            return Err(BusError::Cancelled(format!("{}.parked", self.service)).into());
        }
        let mut conn = self.db.conn().await?;
        let waiting = store::to_replay(&mut conn, BATCH).await?;
        let messages: Vec<(Uuid, Message)> = waiting
            .into_iter()
            .filter_map(|parked| Some((parked.id, self.message(parked)?)))
            .collect();
        for (id, message) in messages {
            match publisher.publish(&message).await? {
                Outcome::Confirmed => {
                    store::advance(&mut conn, &[id], ParkedState::Replaying, ParkedState::Replayed).await?;
                }
                outcome => {
                    tracing::warn!(parked.id = %id, ?outcome, "A replay was not taken by the broker; it will be sent again");
                }
            }
        }
        Ok(())
    }

    /// `None` for a queue that this service no longer reads.
    fn message(&self, parked: ParkedMessage) -> Option<Message> {
        let queue = self.queues.iter().find(|queue| queue.name == parked.queue)?;
        Some(Message {
            target: Target::Queue(queue),
            id: parked.event_id.unwrap_or_else(|| parked.id.to_string()),
            kind: parked.kind.unwrap_or_default(),
            source: String::new(),
            headers: parked
                .traceparent
                .map(|value| ("traceparent".to_owned(), value))
                .into_iter()
                .collect(),
            body: parked.payload,
        })
    }
}

type Parked = (&'static Queue, Result<Delivery, BusError>);
