//! The shop-svc process.

use shop_svc::{MIGRATIONS, NAME};
use souk_service::{Command, Process};

#[tokio::main(worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    match souk_service::command(NAME, "Shops and their approval") {
        Command::Serve => shop_svc::serve(Process::start(NAME)?).await,
        Command::Migrate => souk_service::migrate([MIGRATIONS]).await,
        Command::Openapi => souk_service::print(&shop_svc::openapi()),
    }
}
