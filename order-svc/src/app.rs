//! Wires server, relay and consumers.

use std::sync::Arc;

use actix_web::web::Data;
use souk_auth::MeshKeys;
use souk_clients::cart::CartClient;
use souk_clients::product::ProductClient;
use souk_clients::user::UserClient;
use souk_http::Server;
use souk_service::Process;
use tokio::sync::Semaphore;
use utoipa::openapi::{Info, OpenApi};

use crate::config::Config;
use crate::flows::Checkout;
use crate::{AppState, NAME, TURNS, consumers, routes, store};

/// Runs the service until the process is told to stop.
///
/// # Errors
/// When a setting makes no sense or the address cannot be listened on.
pub async fn serve(process: Process, config: Config) -> anyhow::Result<()> {
    let users = UserClient::new(process.client(&config.user_svc_url)?);
    let checkout = Checkout::new(
        process.db(),
        CartClient::new(process.client(&config.cart_svc_url)?),
        ProductClient::new(process.client(&config.product_svc_url)?),
        users.clone(),
        Arc::new(Semaphore::new(TURNS)),
    );
    let state = AppState {
        db: process.db(),
        users,
    };
    process.publish();
    process.retain(store::retention::RULES);
    process.consume(consumers::users(process.db(), process.bus()));
    let server = server(state, checkout, process.keys());
    process.serve(server, routes::configure).await
}

/// The HTTP side over `state` and `checkout`; tests start it on its own.
pub fn server(state: AppState, checkout: Checkout, keys: MeshKeys) -> Server {
    souk_service::server(NAME, info(), state.db.clone(), keys, routes::INTERNAL)
        .setup(souk_service::export(state.db.clone(), store::export::SECTIONS))
        .data(Data::new(state))
        .data(Data::new(checkout))
        .setup(routes::internal::configure)
        .setup(routes::internal_accounts::configure)
}

/// The service's OpenAPI document.
pub fn openapi() -> OpenApi {
    souk_http::openapi(info(), routes::configure)
}

fn info() -> Info {
    souk_service::info("Souk orders", "Checkout, orders and what becomes of their items.")
}
