//! Wires server, consumer and indexer under one signal.

use std::sync::Arc;

use actix_web::web::Data;
use anyhow::Context;
use souk_auth::{MeshKeys, mesh_gate};
use souk_bus::Bus;
use souk_db::Db;
use souk_http::{Check, Server};
use souk_outbox::Janitor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use utoipa::openapi::{Info, InfoBuilder, OpenApi};

use crate::config::{Backend, Config, MigrationConfig};
use crate::flows::Indexer;
use crate::index::{EmbeddedIndex, SearchIndex};
use crate::{AppState, MIGRATIONS, NAME, consumers, routes};

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

    /// Runs until `stop`: requests, messages and the commit of the index under way are finished.
    ///
    /// # Errors
    /// When the address cannot be listened on or the directory of the index cannot be used.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let index = open_index(&self.config).await?;
        let tasks = TaskTracker::new();
        // Nothing is published, so no relay waits for commits: the indexer does.
        tasks.spawn(Indexer::new(self.db.clone(), index.clone()).run(stop.clone()));
        tasks.spawn(Janitor::new(self.db.clone()).run(stop.clone()));
        tasks.spawn(consumers::catalogue(self.db.clone(), self.bus.clone()).run(stop.clone()));

        server(AppState { db: self.db, index }, self.keys)
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
    let db = state.db.clone();
    let postgres = Check::new("postgres", move || {
        let db = db.clone();
        async move { db.ping().await }
    });
    Server::new(NAME, info())
        .gate(mesh_gate(keys))
        .check(postgres)
        .data(Data::new(state))
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

async fn open_index(config: &Config) -> anyhow::Result<Arc<dyn SearchIndex>> {
    match config.search_backend {
        Backend::Embedded => {
            let directory = config.search_index_dir.clone();
            let index = tokio::task::spawn_blocking(move || EmbeddedIndex::open(&directory)).await?;
            Ok(Arc::new(index.context("SEARCH_INDEX_DIR cannot be used")?))
        }
    }
}

fn info() -> Info {
    InfoBuilder::new()
        .title("Souk search")
        .description(Some("Shops and products, found in spite of typing errors."))
        .version(env!("CARGO_PKG_VERSION"))
        .build()
}
