//! Wires server, relay, consumers and chores under one signal.

use std::time::Duration;

use actix_web::web::Data;
use anyhow::Context;
use souk_auth::{MeshKeys, mesh_gate};
use souk_bus::Bus;
use souk_clients::MeshClient;
use souk_clients::order::OrderClient;
use souk_clients::shop::ShopClient;
use souk_db::Db;
use souk_http::{Check, Server};
use souk_outbox::{Janitor, Relay};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use utoipa::openapi::{Info, InfoBuilder, OpenApi};

use crate::config::{Config, MigrationConfig};
use crate::flows::{Clerks, Desk, ViewCounter, ViewLog};
use crate::{AppState, MIGRATIONS, NAME, consumers, flows, routes};

/// How often expired reservations are looked for.
const SWEEP: Duration = Duration::from_secs(1);
/// How often cancelled items are put back, and products told again.
const CHORES: Duration = Duration::from_millis(250);

/// The service before it runs.
pub struct App {
    config: Config,
    state: AppState,
    orders: OrderClient,
    bus: Bus,
    keys: MeshKeys,
}

/// The HTTP side, and what must run beside it.
pub struct Parts {
    /// The server.
    pub server: Server,
    /// Serve reservations.
    pub clerks: Clerks,
    /// Counts views.
    pub views: ViewCounter,
}

impl App {
    /// Prepares everything; nothing needs to be up yet.
    ///
    /// # Errors
    /// When a setting makes no sense.
    pub fn new(config: Config) -> anyhow::Result<Self> {
        let keys = MeshKeys::parse(config.mesh_keys.reveal()).context("MESH_KEYS cannot be read")?;
        let mesh = |url: &str| MeshClient::new(url, NAME, keys.clone());
        let state = AppState {
            db: Db::connect(config.database_url.reveal(), config.db_pool_size)?,
            shops: ShopClient::new(mesh(&config.shop_svc_url).context("SHOP_SVC_URL cannot be used")?),
            currency: config.default_currency,
        };
        let orders = OrderClient::new(mesh(&config.order_svc_url).context("ORDER_SVC_URL cannot be used")?);
        let bus = Bus::new(config.amqp_url.reveal(), &config.event_namespace);
        Ok(Self { config, state, orders, bus, keys })
    }

    /// Runs until `stop`: requests and messages under way are finished, then the outbox is flushed.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let db = self.state.db.clone();
        let ttl = chrono::Duration::seconds(self.config.reservation_ttl.into());
        let parts = parts(self.state, ttl, self.keys);

        let (relays, flushed) = (TaskTracker::new(), CancellationToken::new());
        relays.spawn(Relay::new(db.clone(), self.bus.clone(), NAME).run(flushed.clone()));
        // Those who serve requests work on until the last request is done.
        let (helpers, served) = (TaskTracker::new(), CancellationToken::new());
        helpers.spawn(parts.clerks.run(served.clone()));
        helpers.spawn(parts.views.run(served.clone()));
        let background = TaskTracker::new();
        consume(&background, &db, &self.bus, &stop);
        do_chores(&background, &db, self.orders, &stop);

        let (workers, addr) = (self.config.workers, self.config.listen_addr);
        parts.server.workers(workers).run(addr, routes::configure, stop).await?;

        served.cancel();
        flushed_in_turn(helpers).await;
        flushed_in_turn(background).await;
        flushed.cancel();
        flushed_in_turn(relays).await;
        Ok(())
    }
}

fn consume(tasks: &TaskTracker, db: &Db, bus: &Bus, stop: &CancellationToken) {
    for runner in [consumers::shops, consumers::orders, consumers::users] {
        tasks.spawn(runner(db.clone(), bus.clone()).run(stop.clone()));
    }
    tasks.spawn(Janitor::new(db.clone()).run(stop.clone()));
}

fn do_chores(tasks: &TaskTracker, db: &Db, orders: OrderClient, stop: &CancellationToken) {
    let sweeping = db.clone();
    tasks.spawn(flows::every(SWEEP, "sweep", stop.clone(), move || {
        flows::sweep(sweeping.clone(), orders.clone())
    }));
    let returning = db.clone();
    tasks.spawn(flows::every(CHORES, "put back", stop.clone(), move || flows::put_back(returning.clone())));
    let announcing = db.clone();
    tasks.spawn(flows::every(CHORES, "announce", stop.clone(), move || flows::announce(announcing.clone())));
}

async fn flushed_in_turn(tasks: TaskTracker) {
    tasks.close();
    tasks.wait().await;
}

/// The HTTP side over `state`, and what must run beside it; tests start them on their own.
pub fn parts(state: AppState, ttl: chrono::Duration, keys: MeshKeys) -> Parts {
    let (desk, clerks) = Desk::open(state.db.clone(), ttl);
    let (log, views) = ViewLog::open(state.db.clone());
    let probe = state.db.clone();
    let ready = Check::new("postgres", move || {
        let db = probe.clone();
        async move { db.ping().await }
    });
    let server = Server::new(NAME, info())
        .gate(mesh_gate(keys))
        .check(ready)
        .data(Data::new(state))
        .data(Data::new(desk))
        .data(Data::new(log))
        .setup(routes::internal::configure);
    Parts { server, clerks, views }
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
        .title("Souk catalogue")
        .description(Some("Categories, products, variations and their stock."))
        .version(env!("CARGO_PKG_VERSION"))
        .build()
}
