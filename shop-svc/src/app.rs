//! Wires server, relay and consumers under one signal.

use actix_web::web::Data;
use anyhow::Context;
use souk_auth::{MeshKeys, mesh_gate};
use souk_bus::Bus;
use souk_db::Db;
use souk_http::{Check, Server};
use souk_outbox::{Janitor, Relay};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use utoipa::openapi::{Info, InfoBuilder, OpenApi};

use crate::config::{Config, MigrationConfig};
use crate::flows::Views;
use crate::{AppState, MIGRATIONS, NAME, consumers, flows, routes};

/// The service before it runs.
pub struct App {
    config: Config,
    db: Db,
    bus: Bus,
    keys: MeshKeys,
}

impl App {
    /// Prepares everything; nothing needs to be up yet.
    ///
    /// # Errors
    /// When a setting makes no sense.
    pub fn new(config: Config) -> anyhow::Result<Self> {
        let db = Db::connect(config.database_url.reveal(), config.db_pool_size)?;
        let bus = Bus::new(config.amqp_url.reveal(), &config.event_namespace);
        let keys = MeshKeys::parse(config.mesh_keys.reveal()).context("MESH_KEYS cannot be read")?;
        Ok(Self {
            config,
            db,
            bus,
            keys,
        })
    }

    /// Runs until `stop`: requests, messages and views under way are finished, then the outbox is flushed.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let (relays, flushed) = (TaskTracker::new(), CancellationToken::new());
        relays.spawn(Relay::new(self.db.clone(), self.bus.clone(), NAME).run(flushed.clone()));
        let consumers = TaskTracker::new();
        consumers.spawn(Janitor::new(self.db.clone()).run(stop.clone()));
        consumers.spawn(consumers::orders(self.db.clone(), self.bus.clone()).run(stop.clone()));
        consumers.spawn(consumers::users(self.db.clone(), self.bus).run(stop.clone()));
        let (served, (views, recorder)) = (CancellationToken::new(), flows::views());
        consumers.spawn(recorder.run(self.db.clone(), served.clone()));

        server(self.db, views, self.keys)
            .workers(self.config.workers)
            .run(self.config.listen_addr, routes::configure, stop)
            .await?;

        served.cancel();
        consumers.close();
        consumers.wait().await;
        flushed.cancel();
        relays.close();
        relays.wait().await;
        Ok(())
    }
}

/// The HTTP side over `db`; tests start it on its own.
pub fn server(db: Db, views: Views, keys: MeshKeys) -> Server {
    let probe = db.clone();
    let ready = Check::new("postgres", move || {
        let db = probe.clone();
        async move { db.ping().await }
    });
    Server::new(NAME, info())
        .gate(mesh_gate(keys))
        .check(ready)
        .data(Data::new(AppState { db }))
        .data(Data::new(views))
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
        .title("Souk shops")
        .description(Some("Shops, their approval, and what was ordered from them."))
        .version(env!("CARGO_PKG_VERSION"))
        .build()
}
