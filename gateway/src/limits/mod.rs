//! Limits on requests, shared by all replicas through Redis.
//!
//! Two kinds, by the table in [`rules`]. What is worth guessing or flooding is asked of Redis first, in the one
//! round trip that such a request has. Everything else is counted here and settled with Redis every
//! [`INTERVAL`]: no request waits for it. See `docs/decisions` for what that costs in exactness.

mod counts;
mod outage;
mod quota;
mod rules;
mod settings;
mod standing;
mod strict;
mod who;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use deadpool_redis::redis::{RedisError, Script, pipe};
use souk_auth::MeshKeys;
use uuid::Uuid;

use self::counts::{Counts, Key};
pub use self::outage::Outage;
pub use self::quota::Quota;
pub use self::rules::{Counted, Policy, Rule, Rules, Strict};
pub use self::settings::{LimitSettings, Switch};
pub use self::standing::Standing;
pub use self::who::{Asker, Names, network};
use crate::redis::Redis;
use crate::revocation::Revocations;

/// How often a worker settles with Redis what it has counted.
const INTERVAL: Duration = Duration::from_millis(50);
/// Clients that a worker keeps in mind.
const REMEMBERED: usize = 100_000;
/// Buckets settled in one call.
const BATCH: usize = 500;
/// How long an address that knew the password is spared what strangers do to the account.
const KNOWN_SECONDS: u64 = 7 * 86_400;

static CHARGE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("charge.lua")));

/// A request that is not let in.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// It is one too many.
    #[error("Too many requests.")]
    Over(Standing),
    /// Nobody can say how many there were.
    #[error("Redis does not answer: {0}")]
    Away(RedisError),
}

impl Stopped {
    /// How the client stands, when that is why.
    pub fn standing(&self) -> Option<&Standing> {
        match self {
            Self::Over(standing) => Some(standing),
            Self::Away(_) => None,
        }
    }
}

/// A client that knew the password: its mark, and the bucket of its failures.
struct Known {
    mark: String,
    failures: Option<String>,
}

/// One worker's view of the limits.
pub struct Quotas {
    rules: Rules,
    names: Names,
    redis: Arc<Redis>,
    prefix: String,
    epoch: String,
    outage: Arc<Outage>,
    began: Instant,
    counts: RefCell<Counts>,
    known: RefCell<Vec<Known>>,
    settling: Cell<bool>,
}

impl Quotas {
    /// Over the worker's own connection to Redis.
    pub fn new(
        settings: &LimitSettings,
        keys: &MeshKeys,
        revocations: &Revocations,
        prefix: &str,
        outage: Arc<Outage>,
    ) -> Self {
        Self {
            rules: Rules::new(settings),
            names: Names::new(keys.clone()),
            redis: revocations.redis(),
            prefix: format!("{prefix}:limits"),
            epoch: revocations.epoch(),
            outage,
            began: Instant::now(),
            counts: RefCell::new(Counts::new(REMEMBERED)),
            known: RefCell::default(),
            settling: Cell::default(),
        }
    }

    /// The table of what holds where.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The hashes of names.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Counts a request by the client's address; `None` when that is not limited, or not just now.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn count_address(
        self: &Rc<Self>,
        rule: &Counted,
        network: u128,
    ) -> Result<Option<Standing>, Stopped> {
        self.count(rule.address.as_ref(), network)
    }

    /// Counts a request by its user.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn count_user(self: &Rc<Self>, rule: &Counted, user: Uuid) -> Result<Option<Standing>, Stopped> {
        self.count(rule.user.as_ref(), user.as_u128())
    }

    fn count(self: &Rc<Self>, policy: Option<&Arc<Policy>>, who: u128) -> Result<Option<Standing>, Stopped> {
        let Some(policy) = policy else { return Ok(None) };
        let mut counts = self.counts.borrow_mut();
        let standing = counts.count((policy.name, who), policy, self.now());
        drop(counts);
        self.settle_soon();
        if self.outage.is_on() {
            return Ok(None);
        }
        if standing.retry_after().is_some() {
            return Err(over(standing));
        }
        Ok(Some(standing))
    }

    fn settle_soon(self: &Rc<Self>) {
        let nothing = self.counts.borrow().owes_nothing() && self.known.borrow().is_empty();
        if nothing || self.settling.replace(true) {
            return;
        }
        let limits = self.clone();
        actix_web::rt::spawn(async move {
            loop {
                tokio::time::sleep(INTERVAL).await;
                let nothing = limits.counts.borrow().owes_nothing() && limits.known.borrow().is_empty();
                if nothing {
                    break;
                }
                match limits.settle().await {
                    Ok(()) => limits.outage.ended(),
                    Err(error) => {
                        limits.outage.began(&error);
                        limits.counts.borrow_mut().forget();
                    }
                }
            }
            limits.settling.set(false);
        });
    }

    /// Tells Redis what was counted here, and learns what was counted elsewhere.
    async fn settle(&self) -> Result<(), RedisError> {
        let known = std::mem::take(&mut *self.known.borrow_mut());
        if !known.is_empty() {
            let mut tell = pipe();
            for Known { mark, failures } in &known {
                tell.cmd("SET")
                    .arg(mark)
                    .arg(1)
                    .arg("EX")
                    .arg(KNOWN_SECONDS)
                    .ignore();
                if let Some(failures) = failures {
                    tell.cmd("DEL").arg(failures).ignore();
                }
            }
            self.redis.tell(&tell).await?;
        }
        loop {
            let owed = self.counts.borrow_mut().take_owed(BATCH);
            if owed.is_empty() {
                return Ok(());
            }
            let mut script = CHARGE.prepare_invoke();
            for owed in &owed {
                let (name, who): Key = owed.key;
                script.key(self.bucket(name, &format!("{who:x}")));
                script.arg(owed.policy.quota.cost() * u64::from(owed.requests));
            }
            let ahead: Vec<u64> = self.redis.run(&script).await?;
            let (mut counts, now) = (self.counts.borrow_mut(), self.now());
            for (owed, ahead) in owed.iter().zip(ahead) {
                counts.settle(owed, ahead, now);
            }
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn bucket(&self, policy: &str, who: &str) -> String {
        format!("{}:{policy}:{who}", self.prefix)
    }

    fn mark(&self, client: &str) -> String {
        format!("{}:known:{client}", self.prefix)
    }
}

fn over(standing: Standing) -> Stopped {
    metrics::counter!("gateway_limited_total", "limit" => standing.name()).increment(1);
    Stopped::Over(standing)
}
