//! Consumes one queue: a batch of messages is one transaction with its inbox rows.

mod attempt;
mod batch;
mod handler;
mod read;
mod session;
mod settle;
mod turn;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use souk_bus::Bus;
use souk_contracts::topology::Queue;
use souk_contracts::{Envelope, Event};
use souk_db::{Db, DbError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use handler::{Decode, Erased, Typed};

pub use handler::{BatchHandler, Handler};
pub use settle::Outcome;

/// The first pause before a queue is opened again after its connection broke; each one after it is twice as long.
const RECONNECT: Duration = Duration::from_millis(500);
/// The longest pause: each connection that breaks counts as a delivery of what was in hand.
const LONGEST_RECONNECT: Duration = Duration::from_secs(8);
/// A connection that held so long was a good one.
const STABLE: Duration = Duration::from_secs(30);
/// Stands for all types among the types that are handled.
const ANY: &str = "#";

/// Reads a queue and gives each message to the handler of its type, once; neighbours of one type are given together.
pub struct Runner<E> {
    db: Db,
    bus: Bus,
    queue: &'static Queue,
    settle: fn(&E) -> Outcome,
    handlers: HashMap<&'static str, Box<dyn Erased<E>>>,
}

impl<E> Runner<E>
where
    E: From<DbError> + std::error::Error + Send + 'static,
{
    /// A runner of `queue`; `settle` says what a failure means for the message.
    pub fn new(db: Db, bus: Bus, queue: &'static Queue, settle: fn(&E) -> Outcome) -> Self {
        Self {
            db,
            bus,
            queue,
            settle,
            handlers: HashMap::new(),
        }
    }

    /// Gives the events of one type to `handler`.
    #[must_use]
    pub fn on<H>(self, handler: H) -> Self
    where
        H: BatchHandler<Error = E>,
        H::Event: Event,
    {
        self.with(H::Event::TYPE, handler, Envelope::decode)
    }

    /// Gives the events of all types without a handler of their own to `handler`.
    #[must_use]
    pub fn on_any<H: BatchHandler<Event = Value, Error = E>>(self, handler: H) -> Self {
        self.with(ANY, handler, Envelope::decode_any)
    }

    fn with<H: BatchHandler<Error = E>>(
        mut self,
        kind: &'static str,
        handler: H,
        decode: Decode<H::Event>,
    ) -> Self {
        let handler = Arc::new(handler);
        self.handlers.insert(kind, Box::new(Typed { handler, decode }));
        self
    }

    /// Consumes until `shutdown`, reconnecting whenever the broker was away.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut pause = RECONNECT;
        while !shutdown.is_cancelled() {
            let begun = Instant::now();
            let Err(error) = self.session(&shutdown).await else {
                continue;
            };
            if begun.elapsed() > STABLE {
                pause = RECONNECT;
            }
            tracing::warn!(
                queue = self.queue.name, %error, pause_ms = pause.as_millis(),
                "Runner: the queue's connection failed, retrying"
            );
            shutdown.run_until_cancelled(tokio::time::sleep(pause)).await;
            pause = (pause * 2).min(LONGEST_RECONNECT);
        }
    }
}
