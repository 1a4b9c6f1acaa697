//! The order-svc process.

use souk_service::{Command, Process};

#[tokio::main(worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    match souk_service::command(
        order_svc::NAME,
        "Orders, their checkout, and verdicts on reservations",
    ) {
        Command::Serve => {
            order_svc::serve(Process::start(order_svc::NAME)?, order_svc::config::load()?).await
        }
        Command::Migrate => souk_service::migrate([order_svc::MIGRATIONS]).await,
        Command::Openapi => souk_service::print(&order_svc::openapi()),
    }
}
