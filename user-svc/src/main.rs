//! The user-svc process.

use clap::{Parser, Subcommand};
use souk_service::{Command, Process};

/// Accounts and the sessions behind tokens. Settings come from the environment, see README.md.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<UserCommand>,
}

#[derive(Subcommand)]
enum UserCommand {
    #[command(flatten)]
    Common(Command),
    /// Make the operator of ADMIN_EMAIL and ADMIN_PASSWORD, or give an account that role and password.
    CreateAdmin,
    /// Make an avatar of the picture on standard input, within limits; for `serve`, which starts it.
    #[command(name = user_svc::decoder::COMMAND, hide = true)]
    DecodePicture,
    /// Publish `user.deleted` again for every erased account.
    RepublishErasures,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse()
        .command
        .unwrap_or(UserCommand::Common(Command::Serve))
    {
        UserCommand::Common(Command::Serve) => run(async {
            // First of all: what is refused here shall be all that is said.
            let config = user_svc::config::load()?;
            user_svc::serve(Process::start(user_svc::NAME)?, config).await
        }),
        UserCommand::Common(Command::Migrate) => run(souk_service::migrate_then(
            [user_svc::MIGRATIONS],
            user_svc::fill_mailboxes,
        )),
        UserCommand::Common(Command::Openapi) => souk_service::print(&user_svc::openapi()),
        UserCommand::RepublishErasures => run(async {
            souk_telemetry::init(user_svc::NAME)?;
            let accounts = user_svc::republish_erasures(user_svc::config::load_database()?).await?;
            tracing::info!(accounts, "Erasures: published again for {accounts} accounts");
            Ok(())
        }),
        UserCommand::CreateAdmin => {
            run(async { user_svc::create_admin(user_svc::config::load_admin()?).await })
        }
        // Without a runtime: the stacks of its threads would count against the decoder's memory.
        UserCommand::DecodePicture => std::process::exit(user_svc::decoder::decode_stdin()),
    }
}

#[tokio::main(worker_threads = 1)]
async fn run(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    command.await
}
