//! Does what a schedule wants to go wrong.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use souk_testkit::RawMessage;
use tokio::time::timeout;

use super::dice::Dice;
use super::rest::Databases;
use super::rig::Rig;
use super::schedule::Fault;
use super::{hostile, letters};

/// How long one try of what needs the databases or the broker may take.
const TRY: Duration = Duration::from_secs(10);

/// What faults leave to be remembered.
#[derive(Default)]
pub struct Left {
    poisoned: Mutex<BTreeSet<String>>,
    failures: Mutex<Vec<String>>,
}

impl Left {
    /// What nobody could read: it must be parked.
    pub fn poisoned(&self) -> BTreeSet<String> {
        lock(&self.poisoned).clone()
    }

    /// Faults that could not be done, since this was last asked.
    pub fn take_failures(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.failures))
    }
}

/// Whoever does one fault.
#[derive(Clone)]
pub struct Doer {
    /// The mesh.
    pub rig: Arc<Rig>,
    /// The databases.
    pub databases: Arc<Databases>,
    /// How far each outbox was when the run began.
    pub since: Vec<i64>,
    /// What is left to be remembered.
    pub left: Arc<Left>,
}

impl Doer {
    /// Does it, to its end; what could not be done is noted.
    pub async fn does(self, fault: Fault) {
        if let Err(error) = self.try_do(fault).await {
            let failure = format!("`{fault}` could not be done: {error:#}");
            lock(&self.left.failures).push(failure);
        }
    }

    async fn try_do(&self, fault: Fault) -> Result<()> {
        let rig = &self.rig;
        match fault {
            Fault::Kill { service, back_ms } => rig.service(service)?.kill_for(millis(back_ms)),
            Fault::Trap {
                service,
                moment,
                nth,
                deed,
            } => rig.way(service, moment.side())?.set_trap(moment, nth, deed),
            Fault::Cut { service, side } => rig.way(service, side)?.cut(),
            Fault::Slow {
                service,
                side,
                delay_ms,
                for_ms,
            } => {
                let way = rig.way(service, side)?;
                way.delay(millis(delay_ms));
                tokio::time::sleep(millis(for_ms)).await;
                way.delay(Duration::ZERO);
            }
            Fault::Stalled {
                service,
                side,
                for_ms,
            } => {
                let way = rig.way(service, side)?;
                way.stall(true);
                tokio::time::sleep(millis(for_ms)).await;
                way.stall(false);
            }
            Fault::Refused {
                service,
                side,
                for_ms,
            } => {
                let way = rig.way(service, side)?;
                way.refuse(true);
                tokio::time::sleep(millis(for_ms)).await;
                way.refuse(false);
            }
            Fault::Frozen { service, for_ms } => {
                let service = rig.service(service)?;
                service.freeze();
                tokio::time::sleep(millis(for_ms)).await;
                service.thaw();
            }
            Fault::Clock { service, seconds } => rig.service(service)?.set_clock(seconds)?,
            Fault::BrokerAway { .. } | Fault::BrokerFrozen { .. } | Fault::BrokerRestart { .. } => {
                self.breaks_broker(fault).await?;
            }
            Fault::ElasticsearchFrozen { .. } | Fault::ElasticsearchKilled => {
                self.breaks_elasticsearch(fault).await?;
            }
            Fault::Sweep | Fault::Twice { .. } | Fault::Shuffled { .. } | Fault::Poison { .. } => {
                self.disturbs(fault).await?;
            }
        }
        Ok(())
    }

    async fn breaks_broker(&self, fault: Fault) -> Result<()> {
        match fault {
            Fault::BrokerAway { for_ms } => {
                self.rig.to_broker.values().for_each(|way| way.refuse(true));
                tokio::time::sleep(millis(for_ms)).await;
                self.rig.to_broker.values().for_each(|way| way.refuse(false));
            }
            Fault::BrokerFrozen { for_ms } => {
                self.rig.broker.freeze();
                tokio::time::sleep(millis(for_ms)).await;
                self.rig.broker.thaw();
            }
            Fault::BrokerRestart { kill } => self.rig.broker.restart(kill).await?,
            _ => {}
        }
        Ok(())
    }

    async fn breaks_elasticsearch(&self, fault: Fault) -> Result<()> {
        let elasticsearch = self.rig.elasticsearch.as_ref();
        let elasticsearch = elasticsearch.context("This mesh has no Elasticsearch")?;
        match fault {
            Fault::ElasticsearchFrozen { for_ms } => {
                elasticsearch.freeze();
                tokio::time::sleep(millis(for_ms)).await;
                elasticsearch.thaw();
            }
            Fault::ElasticsearchKilled => elasticsearch.restart(true).await?,
            _ => {}
        }
        Ok(())
    }

    /// What needs the databases or the broker itself: where it is away just now, it is tried again.
    async fn disturbs(&self, fault: Fault) -> Result<()> {
        let hostile = match fault {
            Fault::Poison { queue, way } => Some(hostile::message(way, queue)),
            _ => None,
        };
        if let Some(hostile) = &hostile {
            // Before it is sent: an answer may be lost.
            lock(&self.left.poisoned).insert(hostile::shown(hostile));
        }
        // A large message takes its time, and is not to be sent many times over.
        let limit = if hostile.is_some() { TRY * 6 } else { TRY };
        for _ in 0..60 {
            if let Ok(Ok(())) = timeout(limit, self.disturbs_once(fault, hostile.as_ref())).await {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        bail!("it was tried 60 times")
    }

    async fn disturbs_once(&self, fault: Fault, hostile: Option<&RawMessage>) -> Result<()> {
        let amqp_url = &self.rig.run.amqp_url;
        match fault {
            Fault::Sweep => self.databases.sweep_now().await.map(drop),
            Fault::Twice { count, seed } => {
                let (count, dice) = (usize::try_from(count)?, Dice::of(seed));
                let sent = letters::send_again(amqp_url, &self.databases, &self.since, count, dice);
                sent.await.map(drop)
            }
            Fault::Shuffled {
                queue,
                gather_ms,
                seed,
            } => {
                let shuffled = letters::shuffle(&self.rig, queue, millis(gather_ms), Dice::of(seed));
                shuffled.await.map(drop)
            }
            Fault::Poison { .. } => match hostile {
                Some(message) => hostile::send(amqp_url, message.clone()).await,
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

fn millis(count: u32) -> Duration {
    Duration::from_millis(count.into())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
