//! Wires server and consumers.

use actix_web::web::Data;
use souk_auth::MeshKeys;
use souk_clients::product::ProductClient;
use souk_http::Server;
use souk_mirror::OwnerRule;
use souk_service::Process;
use utoipa::openapi::{Info, OpenApi};

use crate::config::Config;
use crate::flows::Checkout;
use crate::{AppState, NAME, consumers, routes, store};

/// Runs the service until the process is told to stop.
///
/// # Errors
/// When a setting makes no sense or the address cannot be listened on.
pub async fn serve(process: Process, config: Config) -> anyhow::Result<()> {
    let rule = OwnerRule::from_setting(config.owners_may_buy);
    let state = AppState {
        db: process.db(),
        products: ProductClient::new(process.client(&config.product_svc_url)?),
        rule,
        currency: config.default_currency,
    };
    process.retain(store::retention::RULES);
    process.consume(consumers::users(process.db(), process.bus()));
    process.consume(consumers::shops(process.db(), process.bus(), state.rule));
    process.consume(consumers::catalogue(process.db(), process.bus()));
    process.consume(consumers::orders(process.db(), process.bus()));
    let server = server(state, Checkout::new(process.db(), rule), process.keys());
    process.serve(server, routes::configure).await
}

/// The HTTP side over `state` and `checkout`; tests start it on its own.
pub fn server(state: AppState, checkout: Checkout, keys: MeshKeys) -> Server {
    souk_service::server(NAME, info(), state.db.clone(), keys, routes::INTERNAL)
        .setup(souk_service::export(state.db.clone(), store::export::SECTIONS))
        .data(Data::new(state))
        .data(Data::new(checkout))
        .setup(routes::internal::configure)
}

/// The service's OpenAPI document.
pub fn openapi() -> OpenApi {
    souk_http::openapi(info(), routes::configure)
}

fn info() -> Info {
    souk_service::info("Souk carts", "What a customer is about to buy.")
}
