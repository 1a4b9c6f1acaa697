//! The product-svc process.

use product_svc::{MIGRATIONS, NAME, config};
use souk_service::{Command, Process};

#[tokio::main(worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    match souk_service::command(NAME, "The catalogue and its stock") {
        Command::Serve => {
            // First of all: what is refused here shall be all that is said.
            let config = config::load()?;
            product_svc::serve(Process::start(NAME)?, config).await
        }
        Command::Migrate => souk_service::migrate([MIGRATIONS]).await,
        Command::Openapi => souk_service::print(&product_svc::openapi()),
    }
}
