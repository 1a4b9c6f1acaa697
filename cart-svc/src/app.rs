//! Wires server, relay and consumers under one signal.

use actix_web::web::Data;
use anyhow::Context;
use souk_auth::{MeshKeys, mesh_gate};
use souk_bus::Bus;
use souk_clients::MeshClient;
use souk_clients::product::ProductClient;
use souk_db::Db;
use souk_http::{Check, Server};
use souk_mirror::OwnerRule;
use souk_outbox::Janitor;
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
        let products = MeshClient::new(&config.product_svc_url, NAME, keys.clone())
            .context("PRODUCT_SVC_URL cannot be used")?;
        let state = AppState {
            db: Db::connect(config.database_url.reveal(), config.db_pool_size)?,
            products: ProductClient::new(products),
            rule: OwnerRule::from_setting(config.owners_may_buy),
            currency: config.default_currency,
        };
        let bus = Bus::new(config.amqp_url.reveal(), &config.event_namespace);
        Ok(Self {
            config,
            state,
            bus,
            keys,
        })
    }

    /// Runs until `stop`: requests and messages under way are finished.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let tasks = TaskTracker::new();
        tasks.spawn(Janitor::new(self.state.db.clone()).run(stop.clone()));
        for runner in consumers::all(&self.state, &self.bus) {
            tasks.spawn(runner.run(stop.clone()));
        }
        server(self.state, self.keys)
            .workers(self.config.workers)
            .run(self.config.listen_addr, routes::configure, stop)
            .await?;
        tasks.close();
        tasks.wait().await;
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
    let sources = vec![
        souk_db::MIGRATIONS,
        souk_outbox::MIGRATIONS,
        souk_mirror::MIGRATIONS,
        MIGRATIONS,
    ];
    souk_db::migrate(config.migration_database_url.reveal(), sources).await?;
    Ok(())
}

fn info() -> Info {
    InfoBuilder::new()
        .title("Souk carts")
        .description(Some("What a customer is about to buy."))
        .version(env!("CARGO_PKG_VERSION"))
        .build()
}
