//! The user-svc process.

use clap::{Parser, Subcommand};
use user_svc::{App, config};

/// Accounts and the sessions behind tokens. Settings come from the environment, see README.md.
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
    /// Make the operator of ADMIN_EMAIL and ADMIN_PASSWORD, or give an account that role and password.
    CreateAdmin,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => {
            souk_telemetry::init(user_svc::NAME)?;
            App::new(config::load()?)?.run(souk_http::stop_signal()?).await
        }
        Command::Migrate => user_svc::migrate(config::load_migration()?).await,
        Command::Openapi => {
            #[expect(clippy::print_stdout, reason = "the document is the output")]
            {
                println!("{}", user_svc::openapi().to_pretty_json()?);
            }
            Ok(())
        }
        Command::CreateAdmin => user_svc::create_admin(config::load_admin()?).await,
    }
}
