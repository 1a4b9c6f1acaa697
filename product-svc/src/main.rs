//! The product-svc process.

use clap::{Parser, Subcommand};
use product_svc::{App, config};

/// The catalogue and its stock. Settings come from the environment, see README.md.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve HTTP and consume events (the default).
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
            souk_telemetry::init(product_svc::NAME)?;
            App::new(config::load()?)?.run(souk_http::stop_signal()?).await
        }
        Command::Migrate => product_svc::migrate(config::load_migration()?).await,
        Command::Openapi => {
            println!("{}", product_svc::openapi().to_pretty_json()?);
            Ok(())
        }
    }
}
