//! The order-svc process.

use souk_service::{Command, Process};

#[tokio::main(worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    match souk_service::command(
        order_svc::NAME,
        "Orders, their checkout, and verdicts on reservations",
    ) {
        Command::Serve => {
            // First of all: what is refused here shall be all that is said.
            let config = order_svc::config::load()?;
            order_svc::serve(Process::start(order_svc::NAME)?, config).await
        }
        Command::Migrate => souk_service::migrate([order_svc::MIGRATIONS]).await,
        Command::Openapi => souk_service::print(&order_svc::openapi()),
    }
}
