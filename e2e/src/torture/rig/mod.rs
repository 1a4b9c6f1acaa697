//! The mesh as processes on this machine.

mod broker;
mod part;
mod process;
mod record;
mod service;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::schedule::{IndexBackend, Side};
use super::way::Way;
pub use broker::connect;
pub use part::InfraPart;
pub use record::Run;
pub use service::Service;

/// The torture instance of the mesh, with every way in our hands.
pub struct Rig {
    /// What `run.json` says.
    pub run: Run,
    /// All services.
    pub services: BTreeMap<&'static str, Arc<Service>>,
    /// Each service's way to its database.
    pub to_postgres: BTreeMap<&'static str, Arc<Way>>,
    /// Each service's way to the broker.
    pub to_broker: BTreeMap<&'static str, Arc<Way>>,
    /// RabbitMQ itself.
    pub broker: InfraPart,
    /// Elasticsearch itself, if search-svc keeps its index there.
    pub elasticsearch: Option<InfraPart>,
    backend: IndexBackend,
}

impl Rig {
    /// Takes over the instance that this `run.json` is of, and opens all ways.
    ///
    /// # Errors
    /// When it is not the torture instance, does not run, or keeps its search index elsewhere.
    pub async fn take_over(run_json: PathBuf, backend: IndexBackend) -> Result<Self> {
        let dir = run_json.parent().context("run.json lies nowhere")?.to_owned();
        ensure!(
            dir.ends_with("torture"),
            "{} is not the torture instance: only that one may be broken",
            dir.display()
        );
        let run = Run::read(&run_json)?;
        let mut rig = Self {
            broker: InfraPart::of(&dir, "rabbitmq"),
            elasticsearch: (backend == IndexBackend::Elasticsearch)
                .then(|| InfraPart::of(&dir, "elasticsearch")),
            backend,
            services: BTreeMap::new(),
            to_postgres: BTreeMap::new(),
            to_broker: BTreeMap::new(),
            run,
        };
        let postgres = record::address(&rig.run.postgres_url)?;
        let broker = record::address(&rig.run.amqp_url)?;
        for name in backend.services() {
            let service = Arc::new(Service::known(&dir, name, rig.run.url(name)?)?);
            if let Some(url) = service.setting("DATABASE_URL") {
                let way = way(&service, Side::Postgres, &url, postgres).await?;
                rig.to_postgres.insert(name, way);
                let url = service
                    .setting("AMQP_URL")
                    .context("A service without a broker")?;
                rig.to_broker
                    .insert(name, way_to_broker(&service, &url, broker).await?);
            }
            rig.services.insert(name, service);
        }
        rig.must_have_backend()?;
        Ok(rig)
    }

    /// A series that breaks what the mesh does not use would prove nothing.
    fn must_have_backend(&self) -> Result<()> {
        let used = self.service("search-svc")?.setting("SEARCH_BACKEND");
        let wanted = self.backend.name();
        ensure!(
            used.as_deref() == Some(wanted),
            "search-svc runs with the backend {used:?}, not {wanted}"
        );
        Ok(())
    }

    /// How long the mesh may take to be ready, and to come to rest.
    pub fn patience(&self) -> Duration {
        self.backend.patience()
    }

    /// A service by name.
    ///
    /// # Errors
    /// When there is none.
    pub fn service(&self, name: &str) -> Result<&Arc<Service>> {
        self.services
            .get(name)
            .with_context(|| format!("There is no {name}"))
    }

    /// All processes of a service.
    ///
    /// # Errors
    /// When there is none.
    pub fn replicas(&self, name: &str) -> Result<Vec<&Arc<Service>>> {
        let is_replica = |other: &str| other.split('#').next() == Some(name);
        let all: Vec<_> = self
            .services
            .values()
            .filter(|service| is_replica(service.name))
            .collect();
        ensure!(!all.is_empty(), "There is no {name}");
        Ok(all)
    }

    /// The way of a service.
    ///
    /// # Errors
    /// When it has none.
    pub fn way(&self, service: &str, side: Side) -> Result<&Arc<Way>> {
        let ways = match side {
            Side::Postgres => &self.to_postgres,
            Side::Broker => &self.to_broker,
        };
        ways.get(service)
            .with_context(|| format!("{service} has no way to {side}"))
    }

    /// Every way there is.
    pub fn ways(&self) -> impl Iterator<Item = &Arc<Way>> {
        self.to_postgres.values().chain(self.to_broker.values())
    }

    /// How many traps were met so far.
    pub fn met(&self) -> usize {
        self.ways().map(|way| way.met()).sum()
    }

    /// Ends all that was done to the mesh: nothing is in any way, everybody runs. Clocks stay as they are.
    ///
    /// # Errors
    /// When a service cannot be started.
    pub async fn heal(&self) -> Result<()> {
        self.ways().for_each(|way| way.clear());
        self.broker.heal().await?;
        if let Some(elasticsearch) = &self.elasticsearch {
            elasticsearch.heal().await?;
        }
        for service in self.services.values() {
            service.thaw();
            service.start().await?;
        }
        Ok(())
    }

    /// Waits until every service has all it needs.
    ///
    /// # Errors
    /// When one does not in time.
    pub async fn until_ready(&self, http: &reqwest::Client, patience: Duration) -> Result<()> {
        let end = tokio::time::Instant::now() + patience;
        for service in self.services.values() {
            while !service.is_ready(http).await {
                ensure!(
                    tokio::time::Instant::now() < end,
                    "{} is not ready after {} s",
                    service.name,
                    patience.as_secs()
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }
}

async fn way(service: &Arc<Service>, side: Side, url: &str, end: SocketAddr) -> Result<Arc<Way>> {
    Way::open(Arc::clone(service), side, record::address(url)?.port(), end).await
}

async fn way_to_broker(service: &Arc<Service>, url: &str, end: SocketAddr) -> Result<Arc<Way>> {
    way(service, Side::Broker, url, end).await
}
