//! Wires server, relay, consumers and chores.

use std::time::Duration;

use actix_web::web::Data;
use souk_auth::MeshKeys;
use souk_clients::order::OrderClient;
use souk_clients::shop::ShopClient;
use souk_http::Server;
use souk_service::{Process, every};
use utoipa::openapi::{Info, OpenApi};

use crate::config::Config;
use crate::flows::{Reserving, ViewCounter};
use crate::{AppState, NAME, consumers, flows, routes, store};

/// How often expired reservations are looked for.
const SWEEP: Duration = Duration::from_secs(1);
/// How often cancelled items are put back, and products told again.
const CHORES: Duration = Duration::from_millis(250);
/// Stock is told after every order, and its readers only show it: some orders are told together.
const STOCK_GATHER: Duration = Duration::from_millis(200);

/// The HTTP side, and what must run beside it for its requests to be answered.
pub struct Parts {
    /// The server.
    pub server: Server,
    /// Counts views.
    pub views: ViewCounter,
}

/// Runs the service until the process is told to stop.
///
/// # Errors
/// When a setting makes no sense or the address cannot be listened on.
pub async fn serve(process: Process, config: Config) -> anyhow::Result<()> {
    let state = AppState {
        db: process.db(),
        shops: ShopClient::new(process.client(&config.shop_svc_url)?),
        currency: config.default_currency,
    };
    let ttl = chrono::Duration::seconds(config.reservation_ttl.into());
    let parts = parts(state, ttl, process.keys());
    process.spawn(|stop| parts.views.run(stop));

    process.publish_resting(STOCK_GATHER);
    process.retain(store::retention::RULES);
    process.consume(consumers::shops(process.db(), process.bus()));
    process.consume(consumers::orders(process.db(), process.bus()));
    process.consume(consumers::users(process.db(), process.bus()));
    do_chores(&process, OrderClient::new(process.client(&config.order_svc_url)?));
    process.serve(parts.server, routes::configure).await
}

fn do_chores(process: &Process, orders: OrderClient) {
    let db = process.db();
    process.spawn(|stop| {
        every(SWEEP, "sweep", stop, move || {
            flows::sweep(db.clone(), orders.clone())
        })
    });
    let db = process.db();
    process.spawn(|stop| every(CHORES, "put back", stop, move || flows::put_back(db.clone())));
    let db = process.db();
    process.spawn(|stop| every(CHORES, "announce", stop, move || flows::announce(db.clone())));
}

/// The HTTP side over `state`, and what must run beside it; tests start them on their own.
pub fn parts(state: AppState, ttl: chrono::Duration, keys: MeshKeys) -> Parts {
    let desk = Reserving::desk(state.db.clone(), ttl);
    let (log, views) = flows::views(state.db.clone());
    let server = souk_service::server(NAME, info(), state.db.clone(), keys, routes::INTERNAL)
        .setup(souk_service::export(state.db.clone(), store::export::SECTIONS))
        .data(Data::new(state))
        .data(Data::from(desk))
        .data(Data::new(log))
        .setup(routes::internal::configure)
        .setup(routes::internal_snapshots::configure);
    Parts { server, views }
}

/// The service's OpenAPI document.
pub fn openapi() -> OpenApi {
    souk_http::openapi(info(), routes::configure)
}

fn info() -> Info {
    souk_service::info(
        "Souk catalogue",
        "Categories, products, variations and their stock.",
    )
}
