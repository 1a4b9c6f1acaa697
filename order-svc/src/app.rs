//! Wires server, relay and consumers under one signal.

use actix_web::web::Data;
use anyhow::Context;
use souk_auth::{MeshKeys, mesh_gate};
use souk_bus::Bus;
use souk_clients::MeshClient;
use souk_clients::cart::CartClient;
use souk_clients::product::ProductClient;
use souk_db::Db;
use souk_http::{Check, Server};
use souk_outbox::{Janitor, Relay};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use utoipa::openapi::{Info, InfoBuilder, OpenApi};

use crate::config::{Config, MigrationConfig};
use crate::{AppState, MIGRATIONS, NAME, consumers, routes};

/// The service before it runs.
pub struct App {
    config: Config,
    state: AppState,
    bus: Bus,
    keys: MeshKeys,
}

impl App {
    /// Prepares everything; nothing needs to be up yet.
    ///
    /// # Errors
    /// When a setting makes no sense.
    pub fn new(config: Config) -> anyhow::Result<Self> {
        let keys = MeshKeys::parse(config.mesh_keys.reveal()).context("MESH_KEYS cannot be read")?;
        let client = |url: &str| MeshClient::new(url, NAME, keys.clone());
        let state = AppState {
            db: Db::connect(config.database_url.reveal(), config.db_pool_size)?,
            carts: CartClient::new(client(&config.cart_svc_url).context("CART_SVC_URL cannot be used")?),
            products: ProductClient::new(
                client(&config.product_svc_url).context("PRODUCT_SVC_URL cannot be used")?,
            ),
        };
        let bus = Bus::new(config.amqp_url.reveal(), &config.event_namespace);
        Ok(Self {
            config,
            state,
            bus,
            keys,
        })
    }

    /// Runs until `stop`: requests and messages under way are finished, then the outbox is flushed.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let db = self.state.db.clone();
        let (relays, flushed) = (TaskTracker::new(), CancellationToken::new());
        relays.spawn(Relay::new(db.clone(), self.bus.clone(), NAME).run(flushed.clone()));
        let consumers = TaskTracker::new();
        consumers.spawn(Janitor::new(db.clone()).run(stop.clone()));
        consumers.spawn(consumers::users(db, self.bus.clone()).run(stop.clone()));

        server(self.state, self.keys)
            .workers(self.config.workers)
            .run(self.config.listen_addr, routes::configure, stop)
            .await?;

        consumers.close();
        consumers.wait().await;
        flushed.cancel();
        relays.close();
        relays.wait().await;
        Ok(())
    }
}

/// The HTTP side over `state`; tests start it on its own.
pub fn server(state: AppState, keys: MeshKeys) -> Server {
    let probe = state.db.clone();
    let ready = Check::new("postgres", move || {
        let db = probe.clone();
        async move { db.ping().await }
    });
    Server::new(NAME, info())
        .gate(mesh_gate(keys))
        .check(ready)
        .data(Data::new(state))
        .setup(routes::internal::configure)
}

/// The service's OpenAPI document.
pub fn openapi() -> OpenApi {
    souk_http::openapi(info(), routes::configure)
}

/// Brings the database to the newest schema.
///
/// # Errors
/// When the database cannot be reached or a migration fails.
pub async fn migrate(config: MigrationConfig) -> anyhow::Result<()> {
    let sources = vec![souk_db::MIGRATIONS, souk_outbox::MIGRATIONS, MIGRATIONS];
    souk_db::migrate(config.migration_database_url.reveal(), sources).await?;
    Ok(())
}

fn info() -> Info {
    InfoBuilder::new()
        .title("Souk orders")
        .description(Some("Checkout, orders and what becomes of their items."))
        .version(env!("CARGO_PKG_VERSION"))
        .build()
}
