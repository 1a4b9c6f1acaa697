//! The shop-svc process.

use clap::{Parser, Subcommand};
use shop_svc::{App, config};

/// Shops and their owners. Settings come from the environment, see README.md.
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
            souk_telemetry::init(shop_svc::NAME)?;
            App::new(config::load()?)?.run(souk_http::stop_signal()?).await
        }
        Command::Migrate => shop_svc::migrate(config::load_migration()?).await,
        Command::Openapi => {
            #[expect(clippy::print_stdout, reason = "the document is the output")]
            {
                println!("{}", shop_svc::openapi().to_pretty_json()?);
            }
            Ok(())
        }
    }
}
