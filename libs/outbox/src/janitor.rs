//! Removes what is no longer needed, in small batches.

use std::time::Duration;

use diesel_async::RunQueryDsl;
use souk_db::{Db, DbError};
use tokio_util::sync::CancellationToken;

/// How often it looks.
const PAUSE: Duration = Duration::from_secs(600);
/// Rows removed by one statement, so that no lock is held long.
const BATCH: &str = "1000";

/// Each names a table, the key of its rows and which of them are old. The names are ours, never input.
const OLD: [(&str, &str, &str); 3] = [
    ("outbox", "seq", "published_at < now() - interval '14 days'"),
    (
        "inbox",
        "queue, event_id",
        "handled_at < now() - interval '14 days'",
    ),
    (
        "idempotency_keys",
        "user_id, key",
        "created_at < now() - interval '24 hours'",
    ),
];

/// Keeps outbox, inbox and idempotency keys from growing for ever.
pub struct Janitor {
    db: Db,
}

impl Janitor {
    /// A janitor of this database. Any number of replicas may run one.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Sweeps now and then until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        while shutdown
            .run_until_cancelled(tokio::time::sleep(PAUSE))
            .await
            .is_some()
        {
            if let Err(error) = self.sweep().await {
                tracing::warn!(error = ?error, "Old outbox and inbox rows could not be removed");
            }
        }
    }

    /// Removes everything that is old by now and answers how many rows that were.
    ///
    /// # Errors
    /// When the database fails; what was removed before stays removed.
    pub async fn sweep(&self) -> Result<usize, DbError> {
        let mut conn = self.db.conn().await?;
        let mut total = 0;
        for (table, key, old) in OLD {
            let statement = format!(
                "delete from {table} where ({key}) in
                 (select {key} from {table} where {old} limit {BATCH} for update skip locked)"
            );
            loop {
                let removed = diesel::sql_query(&statement).execute(&mut conn).await?;
                total += removed;
                if removed == 0 {
                    break;
                }
            }
        }
        Ok(total)
    }
}
