//! The analytics-svc process.

use analytics_svc::config;
use clap::{Parser, Subcommand};
use souk_service::{Command, Process};

/// The event log and the figures made of it. Settings come from the environment, see README.md.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<AnalyticsCommand>,
}

#[derive(Subcommand)]
enum AnalyticsCommand {
    #[command(flatten)]
    Common(Command),
    /// Compute all figures again from the event log.
    Rebuild,
}

#[tokio::main(worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    let command = Cli::parse()
        .command
        .unwrap_or(AnalyticsCommand::Common(Command::Serve));
    match command {
        AnalyticsCommand::Common(Command::Serve) => {
            // First of all: what is refused here shall be all that is said.
            let config = config::load()?;
            analytics_svc::serve(Process::start(analytics_svc::NAME)?, config).await
        }
        AnalyticsCommand::Common(Command::Migrate) => {
            souk_service::migrate([analytics_svc::MIGRATIONS]).await
        }
        AnalyticsCommand::Common(Command::Openapi) => souk_service::print(&analytics_svc::openapi()),
        AnalyticsCommand::Rebuild => {
            souk_telemetry::init(analytics_svc::NAME)?;
            let events = analytics_svc::rebuild(config::load_rebuild()?).await?;
            tracing::info!(events, "All figures were computed again from {events} events");
            Ok(())
        }
    }
}
