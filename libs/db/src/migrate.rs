//! Schema changes, run under the owner role before a service starts.

use std::time::Duration;

use anyhow::{Context, anyhow};
use diesel::migration::Migration;
use diesel_async::{AsyncMigrationHarness, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use crate::connect::connect;
use crate::{Conn, DbTimeouts};

/// A migration may rewrite a large table.
const LONGEST: Duration = Duration::from_secs(3600);
const TIMEOUTS: DbTimeouts = DbTimeouts {
    connect: Duration::from_secs(10),
    statement: LONGEST,
    lock: LONGEST,
    long_statement: LONGEST,
    idle_lease: LONGEST,
    grace: Duration::from_secs(5),
};
/// How often a migration that cannot get a lock is run.
const LOCK_ATTEMPTS: u32 = 100;
/// The pause between two attempts, in which those who waited behind it go on.
const LOCK_PAUSE: Duration = Duration::from_millis(300);

/// Runs what is pending of each source, in order, and answers the names of what it ran.
///
/// Replicas may call it at once: an advisory lock lets one work and the others find nothing to do.
///
/// # Errors
/// When Postgres cannot be reached or a migration fails.
pub async fn migrate(url: &str, sources: Vec<EmbeddedMigrations>) -> anyhow::Result<Vec<String>> {
    let url = url.to_owned();
    // The harness blocks in place, which actix's single-threaded runtime forbids: give it a runtime of its own.
    tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        runtime.block_on(run(&url, sources))
    })
    .await?
}

async fn run(url: &str, sources: Vec<EmbeddedMigrations>) -> anyhow::Result<Vec<String>> {
    let mut conn = connect(url, &TIMEOUTS)
        .await
        .context("The database to migrate cannot be reached")?;
    execute(
        &mut conn,
        "select pg_advisory_lock(hashtextextended(current_schema() || ':migrate', 0))",
    )
    .await?;
    // From here on, who waits for a lock makes others wait behind it.
    execute(&mut conn, "set lock_timeout = '2s'").await?;
    let mut harness = AsyncMigrationHarness::new(conn);
    let mut names = Vec::new();
    for source in sources {
        names.extend(run_pending(&mut harness, source)?);
    }
    let mut conn = harness.into_inner();
    execute(
        &mut conn,
        "select pg_advisory_unlock(hashtextextended(current_schema() || ':migrate', 0))",
    )
    .await?;
    Ok(names)
}

/// Runs what is pending of a source. Each migration is a transaction, so one that could not get a lock is run again.
fn run_pending(
    harness: &mut AsyncMigrationHarness<Conn>,
    source: EmbeddedMigrations,
) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for migration in harness.pending_migrations(source).map_err(described)? {
        let mut attempts = 1;
        let version = loop {
            match harness.run_migration(&migration) {
                Ok(version) => break version,
                Err(error) if error.to_string().contains("lock timeout") && attempts < LOCK_ATTEMPTS => {
                    attempts += 1;
                    tracing::info!(migration = %migration.name(), "Migration: a table is in use, retrying");
                    std::thread::sleep(LOCK_PAUSE);
                }
                Err(error) => return Err(described(error)),
            }
        };
        names.push(version.to_string());
    }
    Ok(names)
}

fn described(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("{error}")
}

async fn execute(conn: &mut Conn, statement: &str) -> anyhow::Result<()> {
    diesel::sql_query(statement)
        .execute(conn)
        .await
        .context("The migration lock cannot be had")?;
    Ok(())
}
