//! The wishlist-svc process.

use souk_service::{Command, Process};
use wishlist_svc::{MIGRATIONS, NAME, config};

#[tokio::main(worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    match souk_service::command(NAME, "What customers wish for") {
        Command::Serve => {
            // First of all: what is refused here shall be all that is said.
            let config = config::load()?;
            wishlist_svc::serve(Process::start(NAME)?, config).await
        }
        Command::Migrate => souk_service::migrate([souk_mirror::MIGRATIONS, MIGRATIONS]).await,
        Command::Openapi => souk_service::print(&wishlist_svc::openapi()),
    }
}
