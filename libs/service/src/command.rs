//! What a service can be told to do.

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use diesel_migrations::EmbeddedMigrations;
use souk_db::Db;
use souk_env::Env;
use utoipa::openapi::OpenApi;

use crate::settings::MigrationSettings;

#[derive(Parser)]
#[command(
    version,
    after_help = "Settings come from the environment; the README lists them."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

/// A service's command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Serve HTTP and consume events (the default).
    Serve,
    /// Bring the database to the newest schema, as its owner.
    Migrate,
    /// Print the OpenAPI document.
    Openapi,
}

/// Reads the command line of a service called `name`; `about` is its line in `--help`.
pub fn command(name: &'static str, about: &'static str) -> Command {
    let matches = Cli::command().name(name).about(about).get_matches();
    Cli::from_arg_matches(&matches)
        .ok()
        .and_then(|cli| cli.command)
        .unwrap_or(Command::Serve)
}

/// Brings the database of `MIGRATION_DATABASE_URL` to the newest schema: the shared tables, then `sources`.
///
/// # Errors
/// When the database cannot be reached or a migration fails.
pub async fn migrate(sources: impl IntoIterator<Item = EmbeddedMigrations>) -> anyhow::Result<()> {
    migrate_then(sources, async |_| Ok(())).await
}

/// As [`migrate`], and then does over the migrated database what SQL cannot. `fill` runs each time, so it must be
/// idempotent.
///
/// # Errors
/// When the database cannot be reached, or a migration or `fill` fails.
pub async fn migrate_then(
    sources: impl IntoIterator<Item = EmbeddedMigrations>,
    fill: impl AsyncFnOnce(Db) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let settings: MigrationSettings = Env::load()?;
    settings.check()?;
    let shared = [souk_db::MIGRATIONS, souk_outbox::MIGRATIONS];
    let sources = shared.into_iter().chain(sources).collect();
    let url = settings.migration_database_url.reveal();
    souk_db::migrate(url, sources).await?;
    let db = Db::connect(url, 1)?;
    match souk_outbox::prepare_partitions(&db).await {
        // Programs of the previous build are at work. The retention job makes them, and until then none is needed.
        Err(error) if error.is_contention() => {}
        prepared => prepared?,
    }
    fill(db).await
}

/// Prints an OpenAPI document.
///
/// # Errors
/// When it cannot be written as JSON.
#[expect(clippy::print_stdout, reason = "the document is the output")]
pub fn print(document: &OpenApi) -> anyhow::Result<()> {
    println!("{}", document.to_pretty_json()?);
    Ok(())
}
