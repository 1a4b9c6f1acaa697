//! The gateway process.

use clap::{Parser, Subcommand};
use gateway::{App, config};

/// The only door for clients. Settings come from the environment, see README.md.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve HTTP (the default).
    Serve,
    /// Print the OpenAPI document of the gateway's own operations.
    Openapi,
}

#[tokio::main(worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => {
            souk_telemetry::init(gateway::NAME)?;
            App::new(config::load()?)?.run(souk_http::stop_signal()?).await
        }
        Command::Openapi => {
            #[expect(clippy::print_stdout, reason = "the document is the output")]
            {
                println!("{}", gateway::openapi().to_pretty_json()?);
            }
            Ok(())
        }
    }
}
