//! The search-svc process.

use clap::{Parser, Subcommand};
use search_svc::{App, config};

/// Finds shops and products. Settings come from the environment, see README.md.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve HTTP, consume events and keep the index (the default).
    Serve,
    /// Bring the database to the newest schema, as its owner.
    Migrate,
    /// Print the OpenAPI document.
    Openapi,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => {
            souk_telemetry::init(search_svc::NAME)?;
            App::new(config::load()?)?.run(souk_http::stop_signal()?).await
        }
        Command::Migrate => search_svc::migrate(config::load_migration()?).await,
        Command::Openapi => {
            #[expect(clippy::print_stdout, reason = "the document is the output")]
            {
                println!("{}", search_svc::openapi().to_pretty_json()?);
            }
            Ok(())
        }
    }
}
