//! Wires server, relay and consumers.

use actix_web::web::Data;
use souk_auth::MeshKeys;
use souk_clients::cart::CartClient;
use souk_clients::product::ProductClient;
use souk_clients::shop::ShopClient;
use souk_http::Server;
use souk_mirror::OwnerRule;
use souk_service::Process;
use utoipa::openapi::{Info, OpenApi};

use crate::config::Config;
use crate::{AppState, NAME, consumers, routes, store};

/// Runs the service until the process is told to stop.
///
/// # Errors
/// When a setting makes no sense or the address cannot be listened on.
pub async fn serve(process: Process, config: Config) -> anyhow::Result<()> {
    let state = AppState {
        db: process.db(),
        products: ProductClient::new(process.client(&config.product_svc_url)?),
        shops: ShopClient::new(process.client(&config.shop_svc_url)?),
        carts: CartClient::new(process.client(&config.cart_svc_url)?),
        rule: OwnerRule::from_setting(config.owners_may_buy),
    };
    process.publish();
    process.consume(consumers::users(process.db(), process.bus()));
    process.consume(consumers::shops(process.db(), process.bus(), state.rule));
    process.consume(consumers::catalogue(process.db(), process.bus()));
    let server = server(state, process.keys());
    process.serve(server, routes::configure).await
}

/// The HTTP side over `state`; tests start it on its own.
pub fn server(state: AppState, keys: MeshKeys) -> Server {
    souk_service::server(NAME, info(), state.db.clone(), keys, &[])
        .setup(souk_service::export(state.db.clone(), store::export::SECTIONS))
        .data(Data::new(state))
}

/// The service's OpenAPI document.
pub fn openapi() -> OpenApi {
    souk_http::openapi(info(), routes::configure)
}

fn info() -> Info {
    souk_service::info(
        "Souk wishlists",
        "Products and shops that a customer keeps an eye on.",
    )
}
