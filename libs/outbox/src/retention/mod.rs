//! Retention: removes rows that nobody needs any more, and keeps the partitions of outbox and inbox.

mod partitions;
mod rule;

use std::time::Duration;

use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, Db, DbError, prepared};
use tokio_util::sync::CancellationToken;

pub use partitions::prepare_partitions;
pub use rule::RetentionRule;

/// The first run: a process that starts again and again does not begin with it.
const FIRST: Duration = Duration::from_secs(20);
/// How often it runs.
const INTERVAL: Duration = Duration::from_secs(600);

/// How long sent and handled events are kept, in days. Traces and audits read them, and a message may be delivered again
/// for that long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRetention(i32);

/// Fewer days than [`EventRetention::LEAST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("events are kept for at least {least} days, not {0}", least = EventRetention::LEAST)]
pub struct RetentionTooShort(u16);

impl EventRetention {
    /// The fewest days.
    pub const LEAST: u16 = 14;

    /// So many days.
    ///
    /// # Errors
    /// [`RetentionTooShort`]
    pub fn days(days: u16) -> Result<Self, RetentionTooShort> {
        if days < Self::LEAST {
            return Err(RetentionTooShort(days));
        }
        Ok(Self(days.into()))
    }
}

impl Default for EventRetention {
    fn default() -> Self {
        Self(Self::LEAST.into())
    }
}

/// The rows that this crate and `souk_db` keep in every service's database. The days of outbox and inbox are partitions
/// and are dropped whole; what lies in the default partitions is removed by the row.
const SHARED: &[RetentionRule] = &[
    RetentionRule::new(
        "outbox_default",
        "seq",
        "published_at < now() - make_interval(days => $1)",
    ),
    RetentionRule::new(
        "inbox_default",
        "queue, event_id",
        "handled_at < now() - make_interval(days => $1)",
    ),
    RetentionRule::new(
        "idempotency_keys",
        "user_id, key",
        "created_at < now() - interval '24 hours'",
    ),
    // What waits for a decision is kept until there is one.
    RetentionRule::new(
        "parked",
        "id",
        "state in ('replayed', 'dropped') and last_failed_at < now() - interval '90 days'
         and not exists (select from parked_audit audit
             where audit.parked_id = parked.id and audit.at >= now() - interval '90 days')",
    )
    .with_children("parked_audit", "parked_id"),
];

/// Removes old rows, in small batches. Every replica runs one; they pass over each other's rows.
pub struct RetentionJob {
    db: Db,
    retention: EventRetention,
    rules: &'static [RetentionRule],
    keeps_partitions: bool,
}

impl RetentionJob {
    /// A job for the tables of this crate and of `souk_db`.
    pub fn of_events(db: Db, retention: EventRetention) -> Self {
        Self {
            db,
            retention,
            rules: SHARED,
            keeps_partitions: true,
        }
    }

    /// A job for the tables of a service.
    pub fn new(db: Db, retention: EventRetention, rules: &'static [RetentionRule]) -> Self {
        Self {
            db,
            retention,
            rules,
            keeps_partitions: false,
        }
    }

    /// Runs now and then until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut pause = FIRST;
        while shutdown
            .run_until_cancelled(tokio::time::sleep(pause))
            .await
            .is_some()
        {
            pause = INTERVAL;
            let Some(swept) = shutdown.run_until_cancelled(self.sweep()).await else {
                return;
            };
            if let Err(error) = swept {
                tracing::warn!(error = ?error, "Retention: some old rows could not be removed, retrying later");
            }
        }
    }

    /// Removes everything that is old by now and answers how many rows that were; rows of dropped partitions are not
    /// counted.
    ///
    /// # Errors
    /// The last failure; what fails keeps nothing else from being removed.
    pub async fn sweep(&self) -> Result<usize, DbError> {
        // Of its own: a scan of a large table would be ended by the limit that requests have.
        let db = self.db.for_long_statements();
        let mut conn = db.conn().await?;
        let (mut total, mut failure) = (0, None);
        if self.keeps_partitions {
            failure = partitions::keep(&mut conn, self.retention.0).await.err();
        }
        for rule in self.rules {
            match remove(&mut conn, rule, self.retention.0).await {
                Ok(removed) => {
                    total += removed;
                    let removed = u64::try_from(removed).unwrap_or(u64::MAX);
                    metrics::counter!("retention_removed_total", "table" => rule.table()).increment(removed);
                }
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(total), Err)
    }
}

/// Removes what a rule says is old, a batch at a time.
async fn remove(conn: &mut Conn, rule: &RetentionRule, days: i32) -> Result<usize, DbError> {
    let statement = rule.statement();
    let mut total = 0;
    loop {
        let query = diesel::sql_query(&statement).bind::<Integer, _>(days);
        let removed = prepared(query).execute(conn).await?;
        total += removed;
        if removed == 0 {
            return Ok(total);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_than_fourteen_days_are_refused_in_one_sentence() {
        assert_eq!(
            EventRetention::days(13).unwrap_err().to_string(),
            "events are kept for at least 14 days, not 13"
        );
        assert_eq!(EventRetention::days(14), Ok(EventRetention::default()));
    }
}
