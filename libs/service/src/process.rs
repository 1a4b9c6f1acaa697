//! A running service: what it has, what runs beside its server, and how it stops.

use std::time::Duration;

use actix_web::web::Data;
use anyhow::Context;
use souk_auth::{InternalRoute, MeshKeys, mesh_gate};
use souk_bus::Bus;
use souk_clients::MeshClient;
use souk_contracts::topology::QUEUES;
use souk_db::{Db, DbError};
use souk_env::Env;
use souk_http::{Check, Server};
use souk_outbox::{EventRetention, ParkedKeeper, Relay, RetentionJob, RetentionRule, Runner};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use utoipa::openapi::{Info, InfoBuilder};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::Reporter;
use crate::internal::SHARED;
use crate::parked::{self, Parked};
use crate::settings::Settings;
use crate::tasks::TaskWatch;
use crate::trace::{self, Traced};

/// A service process. Nothing needs to be up for it to start.
pub struct Process {
    name: &'static str,
    settings: Settings,
    retention: EventRetention,
    db: Db,
    bus: Bus,
    keys: MeshKeys,
    reporter: Reporter,
    stop: CancellationToken,
    served: CancellationToken,
    tasks: TaskTracker,
    flush: CancellationToken,
    relays: TaskTracker,
    watch: TaskWatch,
}

impl Process {
    /// Starts logging, reads the shared settings and prepares what they name.
    ///
    /// # Errors
    /// When a setting is missing or makes no sense.
    pub fn start(name: &'static str) -> anyhow::Result<Self> {
        souk_telemetry::init(name)?;
        let settings: Settings = Env::load()?;
        settings.check()?;
        let timeouts = settings.db_timeouts()?;
        let db = Db::connect_within(settings.database_url.reveal(), settings.db_pool_size, timeouts)?;
        let process = Self {
            name,
            reporter: Reporter::new(db.clone()),
            db,
            bus: Bus::new(settings.amqp_url.reveal(), &settings.event_namespace),
            keys: settings.mesh_keys()?,
            retention: settings.event_retention()?,
            settings,
            stop: souk_http::stop_signal()?,
            served: CancellationToken::new(),
            tasks: TaskTracker::new(),
            flush: CancellationToken::new(),
            relays: TaskTracker::new(),
            watch: TaskWatch::default(),
        };
        let retention = RetentionJob::of_events(process.db(), process.retention);
        process.spawn(|stop| retention.run(stop));
        let (reporter, bus) = (process.reporter.clone(), process.bus());
        process.spawn(|stop| reporter.watch(bus, name, stop));
        process.keep_parked();
        Ok(process)
    }

    /// The service's database.
    pub fn db(&self) -> Db {
        self.db.clone()
    }

    /// The broker.
    pub fn bus(&self) -> Bus {
        self.bus.clone()
    }

    /// The keys of the mesh.
    pub fn keys(&self) -> MeshKeys {
        self.keys.clone()
    }

    /// A client of the service at `url`.
    ///
    /// # Errors
    /// When `url` is not one.
    pub fn client(&self, url: &str) -> anyhow::Result<MeshClient> {
        MeshClient::new(url, self.name, self.keys()).with_context(|| format!("{url} cannot be called"))
    }

    /// Publishes the service's outbox.
    pub fn publish(&self) {
        self.publish_with(Relay::new(self.db(), self.bus(), self.name));
    }

    /// Publishes the service's outbox; after each batch it rests so long that the next one is larger.
    pub fn publish_resting(&self, gather: Duration) {
        self.publish_with(Relay::new(self.db(), self.bus(), self.name).resting(gather));
    }

    /// The relay stops last, so that what the others still wrote leaves too.
    fn publish_with(&self, relay: Relay) {
        let relay = relay.run(self.flush.clone());
        self.relays.spawn(self.watch.watch(relay));
    }

    /// Consumes a queue.
    pub fn consume<E>(&self, runner: Runner<E>)
    where
        E: From<DbError> + std::error::Error + Send + 'static,
    {
        self.spawn(|stop| runner.run(stop));
    }

    /// Removes rows of the service's own tables once they are old.
    pub fn retain(&self, rules: &'static [RetentionRule]) {
        let job = RetentionJob::new(self.db(), self.retention, rules);
        self.spawn(|stop| job.run(stop));
    }

    /// Keeps what could not be handled from the service's queues.
    fn keep_parked(&self) {
        let queues = QUEUES
            .iter()
            .copied()
            .filter(|queue| queue.service() == self.name);
        let keeper = ParkedKeeper::new(self.db(), self.bus(), self.name, queues.collect());
        self.spawn(|stop| keeper.run(stop));
    }

    /// Runs a task beside the server. It is told to stop once the last request is done, and waited for.
    pub fn spawn<F>(&self, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let task = task(self.served.clone());
        self.tasks.spawn(self.watch.watch(task));
    }

    /// Serves until the stop signal: requests are finished, then messages under way, then the outbox is flushed.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn serve(self, server: Server, routes: fn(&mut ServiceConfig)) -> anyhow::Result<()> {
        let address = self.settings.listen_addr;
        self.reporter
            .attach(server.check(self.watch.check()))
            .workers(self.settings.workers)
            .run(address, routes, self.stop)
            .await
            .with_context(|| format!("{address} cannot be listened on"))?;
        self.served.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.flush.cancel();
        self.relays.close();
        self.relays.wait().await;
        Ok(())
    }
}

/// How long a request may take that brings no time limit of its own; those of the gateway and of other services do.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// A server over `db` that lets in only what the mesh signed, and on internal routes only the callers that `internal`
/// names; tests start it on its own.
pub fn server(
    name: &'static str,
    info: Info,
    db: Db,
    keys: MeshKeys,
    internal: &'static [InternalRoute],
) -> Server {
    let parked = Data::new(Parked(db.clone()));
    let traced = Data::new(Traced { name, db: db.clone() });
    let postgres = Check::new("postgres", move || {
        let db = db.clone();
        async move { db.ping().await }
    });
    Server::new(name, info)
        .gate(mesh_gate(keys, SHARED.iter().chain(internal).copied()))
        .request_timeout(REQUEST_TIMEOUT)
        .check(postgres)
        .data(parked)
        .setup(parked::configure)
        .data(traced)
        .setup(trace::configure)
}

/// The head of a service's OpenAPI document.
pub fn info(title: &str, description: &str) -> Info {
    InfoBuilder::new()
        .title(title)
        .description(Some(description))
        .version(env!("CARGO_PKG_VERSION"))
        .build()
}
