//! Wires server, relay, consumers and the counter of views.

use actix_web::web::Data;
use souk_auth::MeshKeys;
use souk_db::Db;
use souk_http::Server;
use souk_service::Process;
use utoipa::openapi::{Info, OpenApi};

use crate::flows::ViewLog;
use crate::{AppState, NAME, consumers, flows, routes, store};

/// Runs the service until the process is told to stop.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(process: Process) -> anyhow::Result<()> {
    let (log, views) = flows::views(process.db());
    process.publish();
    process.consume(consumers::orders(process.db(), process.bus()));
    process.consume(consumers::users(process.db(), process.bus()));
    process.spawn(|stop| views.run(stop));
    let server = server(process.db(), log, process.keys());
    process.serve(server, routes::configure).await
}

/// The HTTP side over `db`, which notes views in `log`; tests start it on its own.
pub fn server(db: Db, log: ViewLog, keys: MeshKeys) -> Server {
    souk_service::server(NAME, info(), db.clone(), keys, routes::INTERNAL)
        .setup(souk_service::export(db.clone(), store::export::SECTIONS))
        .data(Data::new(AppState { db }))
        .data(Data::new(log))
        .setup(routes::internal::configure)
        .setup(routes::internal_accounts::configure)
        .setup(routes::internal_snapshots::configure)
}

/// The service's OpenAPI document.
pub fn openapi() -> OpenApi {
    souk_http::openapi(info(), routes::configure)
}

fn info() -> Info {
    souk_service::info(
        "Souk shops",
        "Shops, their approval, and what was ordered from them.",
    )
}
