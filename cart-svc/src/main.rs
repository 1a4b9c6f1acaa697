//! The cart-svc process.

use cart_svc::{MIGRATIONS, NAME, config};
use souk_service::{Command, Process};

#[tokio::main(worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    match souk_service::command(NAME, "One cart per customer") {
        Command::Serve => {
            // First of all: what is refused here shall be all that is said.
            let config = config::load()?;
            cart_svc::serve(Process::start(NAME)?, config).await
        }
        Command::Migrate => souk_service::migrate([souk_mirror::MIGRATIONS, MIGRATIONS]).await,
        Command::Openapi => souk_service::print(&cart_svc::openapi()),
    }
}
