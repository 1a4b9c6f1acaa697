//! The gateway process.

use std::time::Duration;

use clap::{Parser, Subcommand};
use gateway::keys::{self, Kind};
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
    /// Token signing keys and mesh keys.
    #[command(subcommand)]
    Keys(KeysCommand),
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Show the keys, without their secrets: which one signs, since when, and which are still accepted.
    List,
    /// Make the next keys. All of the mesh accepts them at once and signs with them a while later; run twice
    /// meanwhile, it changes nothing.
    Rotate {
        /// One kind of keys only.
        #[arg(long, value_enum)]
        only: Option<Kind>,
        /// Seconds until they sign; longer than it takes until every process has seen them.
        #[arg(long, value_name = "SECONDS", default_value_t = keys::AFTER.as_secs())]
        after: u64,
        /// Only if the newest key is older than this.
        #[arg(long, value_name = "DAYS")]
        if_older_than: Option<u16>,
    },
}

#[tokio::main(worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => {
            souk_telemetry::init(gateway::NAME)?;
            App::new(config::load()?)?.run(souk_http::stop_signal()?).await
        }
        Command::Openapi => {
            print(&gateway::openapi().to_pretty_json()?);
            Ok(())
        }
        Command::Keys(command) => {
            print(run_keys(command)?.trim_end());
            Ok(())
        }
    }
}

fn run_keys(command: KeysCommand) -> anyhow::Result<String> {
    let config = config::load_keys()?;
    Ok(match command {
        KeysCommand::List => keys::list(&config)?,
        KeysCommand::Rotate {
            only,
            after,
            if_older_than,
        } => keys::rotate(&config, only, Duration::from_secs(after), if_older_than)?,
    })
}

#[expect(clippy::print_stdout, reason = "what was asked for is the output")]
fn print(text: &str) {
    println!("{text}");
}
