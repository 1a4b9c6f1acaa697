//! How much lies in the queues of a service.

use std::time::Duration;

use lapin::Channel;
use lapin::options::QueueDeclareOptions;
use lapin::types::{FieldTable, ShortString};

use crate::error::within;
use crate::message::Namespace;
use crate::{Bus, Result, Session};

const LIMIT: Duration = Duration::from_secs(10);

/// A queue, as the broker sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depth {
    /// Its name, without the namespace.
    pub queue: &'static str,
    /// Messages that wait to be delivered.
    pub ready: u32,
    /// Who listens; with several replicas one of them at a time is served.
    pub consumers: u32,
    /// Messages that could not be handled.
    pub parked: u32,
}

/// Asks about the queues of one service, over a connection that it keeps for the next time.
pub struct Gauge {
    bus: Bus,
    service: &'static str,
    session: Option<Session>,
}

impl Gauge {
    /// Connects when it is first asked.
    pub fn new(bus: Bus, service: &'static str) -> Self {
        Self {
            bus,
            service,
            session: None,
        }
    }

    /// Every queue that the service reads.
    ///
    /// # Errors
    /// When the broker is away, or has no such queue yet; the next call connects again.
    pub async fn read(&mut self) -> Result<Vec<Depth>> {
        // Put back only after it has served: a session that failed is not asked again.
        let session = match self.session.take().filter(Session::is_open) {
            Some(session) => session,
            None => self.bus.open(&format!("{}.gauge", self.service)).await?,
        };
        let channel = session.channel().await?;
        let depths = within(LIMIT, self.look(&channel, session.namespace())).await?;
        within(LIMIT, channel.close(200, "seen".into())).await?;
        self.session = Some(session);
        Ok(depths)
    }

    async fn look(&self, channel: &Channel, namespace: &Namespace) -> lapin::Result<Vec<Depth>> {
        let mut depths = Vec::new();
        let queues = self.bus.queues().iter();
        for queue in queues.filter(|queue| queue.service() == self.service) {
            let (ready, consumers) = count(channel, namespace.of(queue.name)).await?;
            let (parked, _) = count(channel, namespace.parked(queue)).await?;
            depths.push(Depth {
                queue: queue.name,
                ready,
                consumers,
                parked,
            });
        }
        Ok(depths)
    }
}

async fn count(channel: &Channel, name: ShortString) -> lapin::Result<(u32, u32)> {
    let looking = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    let queue = channel
        .queue_declare(name, looking, FieldTable::default())
        .await?;
    Ok((queue.message_count(), queue.consumer_count()))
}
