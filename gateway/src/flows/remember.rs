//! What was ended lately is written into Redis again, from the rows: all of it when Redis has forgotten, and
//! otherwise the latest, in case whoever was to write it died before he did.

use std::sync::Arc;
use std::time::Duration;

use souk_clients::user::{Ended, UserClient};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Result;
use crate::revocation::{Away, MEMORY_SECONDS, Revocations};

const INTERVAL: Duration = Duration::from_millis(500);
/// How often it looks at the latest while Redis remembers.
const LOOK: Duration = Duration::from_secs(1);
/// How much further back than the last look: what was ended is seen when its transaction is over, not when it began.
const OVERLAP_SECONDS: i64 = 15;

/// Watches until `stop` that Redis knows what was ended lately.
pub async fn keep_remembering(users: UserClient, revocations: Arc<Revocations>, stop: CancellationToken) {
    let mut watch = Watch {
        users,
        revocations,
        looked: None,
        told: false,
    };
    loop {
        watch.look().await;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

struct Watch {
    users: UserClient,
    revocations: Arc<Revocations>,
    /// When everything ended until then was known.
    looked: Option<Instant>,
    /// Whether the running outage has its line in the log.
    told: bool,
}

impl Watch {
    async fn look(&mut self) {
        let begun = Instant::now();
        let forgotten = match self.revocations.ready().await {
            Ok(()) if self.looked.is_some_and(|looked| looked.elapsed() < LOOK) => return,
            Ok(()) => false,
            Err(Away::Forgotten) => true,
            // The requests that are refused meanwhile have lines of their own.
            Err(Away::Redis(_) | Away::Unasked) => return,
        };
        match self.remember(forgotten).await {
            Ok(count) => {
                if forgotten {
                    tracing::info!(
                        count,
                        "Redis was told again of {count} sessions and users that ended lately"
                    );
                }
                self.looked = Some(begun);
                self.told = false;
            }
            Err(error) if !self.told => {
                self.told = true;
                tracing::warn!(%error, forgotten, "Redis cannot be told just now of what was ended lately");
            }
            Err(_) => {}
        }
    }

    /// The rows first, the epoch last: until then nobody is let in.
    async fn remember(&self, forgotten: bool) -> Result<usize> {
        let seconds = match self.looked {
            Some(looked) if !forgotten => {
                let since = i64::try_from(looked.elapsed().as_secs()).unwrap_or(MEMORY_SECONDS);
                since.saturating_add(OVERLAP_SECONDS).min(MEMORY_SECONDS)
            }
            _ => MEMORY_SECONDS,
        };
        let count = self.sessions(seconds).await? + self.ended_users(seconds).await?;
        if forgotten {
            self.revocations.begin_epoch().await?;
        }
        Ok(count)
    }

    async fn sessions(&self, seconds: i64) -> Result<usize> {
        let (mut count, mut after) = (0, None);
        loop {
            let page = self.users.ended_sessions(seconds, after).await?;
            count += page.session_ids.len();
            after = page.session_ids.last().copied();
            let ended = Ended {
                sessions: page.session_ids,
                ..Ended::default()
            };
            self.revocations.tell(&ended).await?;
            if !page.more {
                return Ok(count);
            }
        }
    }

    async fn ended_users(&self, seconds: i64) -> Result<usize> {
        let (mut count, mut after) = (0, None);
        loop {
            let page = self.users.ended_users(seconds, after).await?;
            count += page.users.len();
            after = page.users.last().map(|user| user.user_id);
            let ended = Ended {
                users: page.users,
                ..Ended::default()
            };
            self.revocations.tell(&ended).await?;
            if !page.more {
                return Ok(count);
            }
        }
    }
}
