//! The search-svc process.

use souk_service::{Command, Process};

#[tokio::main(worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    match souk_service::command(search_svc::NAME, "What can be found.") {
        Command::Serve => search_svc::serve(Process::start(search_svc::NAME)?).await,
        Command::Migrate => souk_service::migrate([search_svc::MIGRATIONS]).await,
        Command::Openapi => souk_service::print(&search_svc::openapi()),
    }
}
