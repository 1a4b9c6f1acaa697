//! How to reach the broker, and one connection to it.

use lapin::{Channel, Connection, ConnectionProperties};
use souk_contracts::{Queue, topology};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

use crate::error::within;
use crate::message::Namespace;
use crate::{Deliveries, Publisher, Result, declare, wire};

const CONNECT_LIMIT: Duration = Duration::from_secs(10);
// Declaring many quorum queues at once on a cold broker takes seconds.
const DECLARE_LIMIT: Duration = Duration::from_secs(60);
const GOODBYE: u16 = 200;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Where the broker is and how names begin; opens nothing by itself.
#[derive(Clone)]
pub struct Bus {
    url: String,
    namespace: Namespace,
    queues: &'static [&'static Queue],
}

impl Bus {
    /// A broker, and the prefix of every name on it (none when empty).
    pub fn new(url: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            namespace: Namespace(namespace.into()),
            queues: topology::QUEUES,
        }
    }

    /// Declares these queues instead of the whole table; for tests.
    pub fn with_queues(mut self, queues: &'static [&'static Queue]) -> Self {
        self.queues = queues;
        self
    }

    /// Connects under a name that operators see, and declares every exchange and queue.
    pub async fn connect(&self, name: &str) -> Result<Session> {
        let session = self.open(name).await?;
        let channel = session.channel().await?;
        within(
            DECLARE_LIMIT,
            declare::all(&channel, &self.namespace, self.queues),
        )
        .await?;
        Ok(session)
    }

    /// Connects, and declares nothing: for whoever only looks.
    pub(crate) async fn open(&self, name: &str) -> Result<Session> {
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let connection = within(CONNECT_LIMIT, wire::connect(&self.url, properties)).await?;
        Ok(Session {
            connection,
            namespace: self.namespace.clone(),
        })
    }

    pub(crate) fn queues(&self) -> &'static [&'static Queue] {
        self.queues
    }

    /// Connects, and tries again with growing pauses until it works; `None` when told to stop.
    pub async fn session(&self, name: &str, shutdown: &CancellationToken) -> Option<Session> {
        let mut pause = FIRST_PAUSE;
        loop {
            let error = tokio::select! {
                () = shutdown.cancelled() => return None,
                connected = self.connect(name) => match connected {
                    Ok(session) => return Some(session),
                    Err(error) => error,
                },
            };
            tracing::warn!(%error, connection = name, pause_ms = pause.as_millis(), "RabbitMQ is away");
            tokio::select! {
                () = shutdown.cancelled() => return None,
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Deletes this bus's exchanges and queues with all they hold; for tests.
    pub async fn delete_topology(&self) -> Result<()> {
        let properties = ConnectionProperties::default().with_connection_name("delete-topology".into());
        let connection = within(CONNECT_LIMIT, wire::connect(&self.url, properties)).await?;
        let channel = within(CONNECT_LIMIT, connection.create_channel()).await?;
        within(
            DECLARE_LIMIT,
            declare::delete(&channel, &self.namespace, self.queues),
        )
        .await
    }
}

impl std::fmt::Debug for Bus {
    // Without the URL: it holds a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bus")
            .field("namespace", &self.namespace.0)
            .finish_non_exhaustive()
    }
}

/// One connection with everything declared on it.
///
/// It stays open while a publisher or deliveries of it live; when it breaks all of them fail.
pub struct Session {
    connection: Connection,
    namespace: Namespace,
}

impl Session {
    /// A channel that publishes with confirms.
    pub async fn publisher(&self) -> Result<Publisher> {
        Publisher::open(self.channel().await?, self.namespace.clone()).await
    }

    /// The messages of a queue, at most `prefetch` of them unacknowledged at a time.
    pub async fn consume(&self, queue: &Queue, prefetch: u16) -> Result<Deliveries> {
        Deliveries::open(self.channel().await?, self.namespace.of(queue.name), prefetch).await
    }

    /// The messages that were parked from a queue.
    pub async fn consume_parked(&self, queue: &Queue, prefetch: u16) -> Result<Deliveries> {
        Deliveries::open(self.channel().await?, self.namespace.parked(queue), prefetch).await
    }

    /// Whether the connection still stands.
    pub fn is_open(&self) -> bool {
        self.connection.status().connected()
    }

    /// Says goodbye to the broker; unacknowledged messages return to their queues.
    pub async fn close(self) {
        // A channel that is just closing makes this fail; dropping the connection then does the rest.
        if let Err(error) = within(CONNECT_LIMIT, self.connection.close(GOODBYE, "goodbye".into())).await {
            tracing::debug!(%error, "RabbitMQ was left without a goodbye");
        }
    }

    pub(crate) fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    pub(crate) async fn channel(&self) -> Result<Channel> {
        within(CONNECT_LIMIT, self.connection.create_channel()).await
    }
}
