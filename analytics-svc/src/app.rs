//! Wires server and consumer.

use actix_web::web::Data;
use souk_auth::MeshKeys;
use souk_clients::shop::ShopClient;
use souk_db::Db;
use souk_http::Server;
use souk_service::Process;
use utoipa::openapi::{Info, OpenApi};

use crate::config::{Config, RebuildConfig};
use crate::domain::Pseudonyms;
use crate::{AppState, NAME, Result, consumers, ops, routes, store};

/// Runs the service until the process is told to stop.
///
/// # Errors
/// When a setting makes no sense or the address cannot be listened on.
pub async fn serve(process: Process, config: Config) -> anyhow::Result<()> {
    process.retain(store::retention::RULES);
    let pseudonyms = Pseudonyms::new(config.pseudonym_keys()?)?;
    process.consume(consumers::events(process.db(), process.bus(), pseudonyms));
    let shops = ShopClient::new(process.client(&config.shop_svc_url)?);
    let state = AppState {
        db: process.db(),
        shops,
        currency: config.default_currency,
    };
    let server = server(state, process.keys());
    process.serve(server, routes::configure).await
}

/// The HTTP side; tests start it on its own.
pub fn server(state: AppState, keys: MeshKeys) -> Server {
    souk_service::server(NAME, info(), state.db.clone(), keys, &[])
        .setup(souk_service::export(state.db.clone(), store::export::SECTIONS))
        .data(Data::new(state))
}

/// The service's OpenAPI document.
pub fn openapi() -> OpenApi {
    souk_http::openapi(info(), routes::configure)
}

/// Computes all figures again from the event log and answers how many events it read.
///
/// # Errors
/// When the database fails or an event of the log cannot be read.
pub async fn rebuild(config: RebuildConfig) -> anyhow::Result<u64> {
    let db = Db::connect(config.database_url.reveal(), 1)?.for_long_statements();
    let read: Result<u64> = db.transaction(async |tx| ops::rebuild(tx).await).await;
    Ok(read?)
}

fn info() -> Info {
    souk_service::info(
        "Souk analytics",
        "Dashboards, the overview of the market, and the event log.",
    )
}
