//! Schema changes, run under the owner role before a service starts.

use anyhow::{Context, anyhow};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use crate::Conn;

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
    let mut conn = Conn::establish(url)
        .await
        .context("The database to migrate cannot be reached")?;
    lock(
        &mut conn,
        "select pg_advisory_lock(hashtextextended(current_schema() || ':migrate', 0))",
    )
    .await?;
    let mut harness = AsyncMigrationHarness::new(conn);
    let mut names = Vec::new();
    for source in sources {
        let ran = harness
            .run_pending_migrations(source)
            .map_err(|error| anyhow!("{error}"))?;
        names.extend(ran.iter().map(ToString::to_string));
    }
    let mut conn = harness.into_inner();
    lock(
        &mut conn,
        "select pg_advisory_unlock(hashtextextended(current_schema() || ':migrate', 0))",
    )
    .await?;
    Ok(names)
}

async fn lock(conn: &mut Conn, statement: &str) -> anyhow::Result<()> {
    diesel::sql_query(statement)
        .execute(conn)
        .await
        .context("The migration lock cannot be had")?;
    Ok(())
}
