//! Drains parked queues into the table, and sends replays.

use std::time::Duration;

use futures_util::stream::{BoxStream, SelectAll, StreamExt};
use souk_bus::{Bus, BusError, Delivery, Message, Outcome, Publisher, Session, Target};
use souk_contracts::topology::Queue;
use souk_db::{Db, DbError};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::store::NewParked;
use super::{ParkedMessage, ParkedState, store};

/// The pause before the queues are opened again after their connection broke.
const RECONNECT: Duration = Duration::from_secs(1);
/// How often it looks for replays that an operator wants.
const POLL: Duration = Duration::from_millis(500);
/// Parked messages on their way to us, at most, per queue.
const PREFETCH: u16 = 50;
/// Replays sent together.
const BATCH: i64 = 100;
/// As many, as a length.
const FULL: usize = 100;
/// The first pause while the database is away.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause while the database is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Keeps a service's parked messages. Any number of replicas may run one.
pub struct ParkedKeeper {
    db: Db,
    bus: Bus,
    service: &'static str,
    queues: Vec<&'static Queue>,
    /// The last replay that was looked at; nil to begin anew.
    looked_at: Uuid,
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
            looked_at: Uuid::nil(),
        }
    }

    /// Keeps and replays until `shutdown`, reconnecting whenever broker or database were away.
    pub async fn run(mut self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            if let Err(error) = self.session(&shutdown).await {
                tracing::warn!(service = self.service, %error, "Parked messages: RabbitMQ connection failed, retrying");
            }
            shutdown.run_until_cancelled(tokio::time::sleep(RECONNECT)).await;
        }
    }

    async fn session(&mut self, shutdown: &CancellationToken) -> Result<(), BusError> {
        let name = format!("{}.parked", self.service);
        let Some(session) = self.bus.session(&name, shutdown).await else {
            return Ok(());
        };
        let mut publisher = session.publisher().await?;
        let mut parked = self.open(&session).await?;
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                // Before what is parked, which may come without end.
                _ = poll.tick() => self.replay(&session, &mut publisher).await?,
                Some((queue, delivery)) = parked.next() => self.keep(queue, &delivery?, shutdown).await?,
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

    /// Acknowledged after the commit: a crash in between drains it twice, into the same row. While the database is away
    /// the message is held: a connection opened anew would count as a delivery, and a broker may drop what is delivered
    /// too often.
    async fn keep(
        &self,
        queue: &Queue,
        delivery: &Delivery,
        shutdown: &CancellationToken,
    ) -> Result<(), BusError> {
        let mut pause = FIRST_PAUSE;
        loop {
            let Err(error) = self.store(queue, delivery).await else {
                metrics::counter!("parked_messages_total", "queue" => queue.name.to_owned()).increment(1);
                return delivery.ack().await;
            };
            tracing::warn!(
                service = self.service,
                queue = queue.name,
                ?error,
                pause_ms = pause.as_millis(),
                "Parked messages: the database failed, retrying"
            );
            let waiting = shutdown.run_until_cancelled(tokio::time::sleep(pause));
            if waiting.await.is_none() {
                return Ok(());
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One message that the table refuses does not stop the others: its bytes alone can always be stored.
    async fn store(&self, queue: &Queue, delivery: &Delivery) -> Result<(), DbError> {
        let mut conn = self.db.conn().await?;
        let error = match store::keep(&mut conn, queue.name, &NewParked::of(delivery)).await {
            Err(error) if error.is_permanent() => error,
            stored => return stored,
        };
        tracing::error!(
            service = self.service,
            queue = queue.name,
            ?error,
            "Parked messages: properties dropped, the table refuses them"
        );
        store::keep(&mut conn, queue.name, &NewParked::bare(delivery, &error)).await
    }

    /// Sends what waits to be replayed; while the database is away it goes on waiting.
    async fn replay(&mut self, session: &Session, publisher: &mut Publisher) -> Result<(), BusError> {
        if !session.is_open() {
            return Err(BusError::Cancelled(format!("{}.parked", self.service)));
        }
        match self.replay_some(publisher).await {
            Err(KeeperError::Bus(error)) => return Err(error),
            Err(KeeperError::Db(error)) => {
                tracing::warn!(
                    service = self.service,
                    ?error,
                    "Replays: the database failed, retrying"
                );
            }
            Ok(()) => {}
        }
        Ok(())
    }

    /// Sends what waits to be replayed, and marks what the broker has. Each look begins behind the last one, so that
    /// replays which cannot be sent do not hold up those behind them.
    async fn replay_some(&mut self, publisher: &mut Publisher) -> Result<(), KeeperError> {
        let queues: Vec<&str> = self.queues.iter().map(|queue| queue.name).collect();
        let mut conn = self.db.conn().await?;
        let after = std::mem::take(&mut self.looked_at);
        let waiting = store::to_replay(&mut conn, &queues, after, BATCH).await?;
        if after.is_nil() {
            let returned = store::return_unread(&mut conn, &queues).await?;
            if returned > 0 {
                tracing::warn!(
                    service = self.service,
                    messages = returned,
                    "Replays: the queue is no longer read"
                );
            }
        }
        // Before they are sent: one that breaks the connection must not come first again.
        if let Some(last) = waiting.last().filter(|_| waiting.len() == FULL) {
            self.looked_at = last.id;
        }
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
