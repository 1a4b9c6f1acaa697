//! Wires server and background work under one signal.

use std::io::ErrorKind;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use anyhow::Context;
use chrono::Utc;
use deadpool_redis::redis::Client;
use futures_util::future::select_ok;
use souk_auth::GATEWAY_ITSELF;
use souk_clients::user::UserClient;
use souk_clients::{ClientError, MeshClient};
use souk_http::{Check, Running, Server};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use utoipa::openapi::{Info, InfoBuilder, OpenApi};

use crate::config::Config;
use crate::documents::Documents;
use crate::edge::{self, Cors};
use crate::keys::Upkeep;
use crate::limits::{Outage, Quotas};
use crate::proxy::{Endpoints, Limits, Probes, Service, TrustedProxies, Upstreams, Visitors};
use crate::revocation::{Checks, Revocations};
use crate::tokens::Tokens;
use crate::{AppState, NAME, Worker, flows, routes};

const READY: Duration = Duration::from_secs(1);
const KEYS: Duration = Duration::from_secs(5);
/// How long event streams and WebSockets may go on after the stop signal.
const FAREWELL: Duration = Duration::from_secs(5);

/// The gateway before it runs.
pub struct App {
    config: Config,
    state: Data<AppState>,
    endpoints: Endpoints,
    redis: Client,
    clients: Vec<(Service, MeshClient)>,
}

impl App {
    /// Prepares everything; nothing needs to be up yet.
    ///
    /// # Errors
    /// When a setting makes no sense, or the directory of signing keys cannot be used.
    pub fn new(config: Config) -> anyhow::Result<Self> {
        let keys = config.mesh_keys()?;
        let urls = urls(&config);
        let client = |(service, url): &(Service, String)| {
            anyhow::Ok((*service, MeshClient::new(url, GATEWAY_ITSELF, keys.clone())?))
        };
        let clients = urls.iter().map(client).collect::<anyhow::Result<Vec<_>>>()?;
        let users = MeshClient::new(&config.user_svc_url, GATEWAY_ITSELF, keys.clone())?;
        let state = Data::new(AppState {
            tokens: open_tokens(&config)?,
            // A password takes its time, and more of it when many log in at once.
            users: UserClient::new(users.timeout(Duration::from_secs(10))),
            visitors: Visitors::new(keys.clone()),
            trusted: TrustedProxies::parse(&config.trusted_proxies)?,
            documents: Documents::new(serde_json::to_value(openapi())?, clients.clone()),
            cors: Cors::new(&config.edge)?,
            max_url_bytes: config.edge.max_url_bytes,
            max_body_bytes: config.edge.max_body_bytes,
            services: clients.clone(),
            started_at: Utc::now(),
            keys,
        });
        let endpoints = Endpoints::parse(&urls)?;
        let redis = Client::open(config.redis_url.reveal()).context("REDIS_URL cannot be read")?;
        Ok(Self {
            config,
            state,
            endpoints,
            redis,
            clients,
        })
    }

    /// Runs until `stop`: requests under way are finished.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        Ok(self.start(stop)?.stopped().await?)
    }

    /// Starts and tells the address.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub fn start(self, stop: CancellationToken) -> anyhow::Result<Running> {
        let revocations = Arc::new(Revocations::new(self.redis.clone(), &self.config.redis_prefix));
        let background = TaskTracker::new();
        let users = self.state.users.clone();
        background.spawn(flows::keep_remembering(users, revocations.clone(), stop.clone()));
        let (state, until) = (self.state.clone(), stop.clone());
        background.spawn(async move { state.documents.keep_looking(until).await });
        background.spawn(keep_keys(
            self.state.clone(),
            Upkeep::new(&self.config),
            stop.clone(),
        ));
        background.spawn(Probes::new(&self.endpoints, &self.clients).keep_asking(stop.clone()));
        let (ending, begins) = (CancellationToken::new(), stop.clone());
        let end = ending.clone();
        background.spawn(async move {
            begins.cancelled().await;
            tokio::time::sleep(FAREWELL).await;
            end.cancel();
        });
        let addr = self.config.listen_addr;
        Ok(self
            .server(revocations, ending)
            .start(addr, routes::configure, stop)?)
    }

    fn server(self, revocations: Arc<Revocations>, ending: CancellationToken) -> Server {
        let mut server = Server::new(NAME, info())
            .workers(self.config.workers)
            .answer_half_closed()
            .connections(self.config.edge.connections())
            .around(edge::around(routes::forward::forward));
        server = server.check(Check::new("redis", move || {
            let revocations = revocations.clone();
            async move { revocations.ready().await }
        }));
        for (service, client) in self.clients {
            let client = client.timeout(READY);
            let check = Check::new(service.name(), move || {
                let client = client.clone();
                async move { any_ready(&client).await }
            });
            // Without user-svc nobody can log in; without another one the rest goes on.
            server = server.check(if service == Service::User {
                check
            } else {
                check.optional()
            });
        }
        for path in routes::ROOT_GETS {
            server = server.methods(path, &[actix_web::http::Method::GET]);
        }
        let patience = Duration::from_millis(self.config.upstream_timeout_ms);
        let limits = Limits {
            idle: Duration::from_millis(self.config.upstream_idle_timeout_ms),
            stream_idle: Duration::from_millis(self.config.stream_idle_timeout_ms),
            ending,
        };
        let (endpoints, redis, prefix) = (self.endpoints, self.redis, self.config.redis_prefix);
        let (settings, keys, outage) = (
            self.config.limits,
            self.state.keys.clone(),
            Arc::new(Outage::default()),
        );
        server.data(self.state).setup(move |app| {
            let revocations = Rc::new(Revocations::new(redis.clone(), &prefix));
            let quotas = Quotas::new(&settings, &keys, &revocations, &prefix, outage.clone());
            app.app_data(Data::new(Worker {
                upstreams: Upstreams::new(&endpoints, patience),
                limits: limits.clone(),
                quotas: Rc::new(quotas),
                checks: Checks::new(revocations.clone()),
                revocations,
            }));
            routes::root(app);
        })
    }
}

/// Whether one address of a service at least is ready.
async fn any_ready(client: &MeshClient) -> Result<(), ClientError> {
    let each = client.each().map(|client| {
        let asked = async move { client.get::<serde_json::Value>("/health/ready").await };
        Box::pin(asked)
    });
    select_ok(each).await.map(|_| ())
}

/// In production the first signing key is not made silently: a directory that is not the right one would log out
/// everybody.
fn open_tokens(config: &Config) -> anyhow::Result<Tokens> {
    let mode = config.souk_env;
    match Tokens::open(&config.signing_keys_dir, !mode.is_production()) {
        Err(error) if mode.is_production() && error.kind() == ErrorKind::NotFound => {
            let reason = "holds no signing key: `gateway keys rotate` makes the first one";
            Err(mode.unfit("SIGNING_KEYS_DIR", reason).into())
        }
        tokens => tokens.context("SIGNING_KEYS_DIR cannot be used"),
    }
}

/// Looks after keys until `stop`, away from the threads that serve requests.
async fn keep_keys(state: Data<AppState>, upkeep: Upkeep, stop: CancellationToken) {
    let upkeep = Arc::new(upkeep);
    loop {
        let (state, upkeep) = (state.clone(), upkeep.clone());
        let looking = tokio::task::spawn_blocking(move || {
            upkeep.tend(Utc::now());
            state.tokens.reload();
        });
        // A panic in there has been logged; the next look may go well.
        let _ = looking.await;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(KEYS) => {}
        }
    }
}

/// The document of the gateway's own operations.
pub fn openapi() -> OpenApi {
    souk_http::openapi(info(), routes::configure)
}

fn info() -> Info {
    InfoBuilder::new()
        .title("Souk")
        .description(Some(
            "A multi-vendor marketplace: one document for all services behind the gateway.\n\n\
             Refusals are RFC 9457 problems; lists are paged by `limit` and `cursor`; `Idempotency-Key` makes \
             a `POST` safe to repeat.\n\n\
             Requests are limited by address, user and account: `RateLimit-Remaining` and its like tell what is \
             left; one too many is 429 `too-many-requests` with `Retry-After`.",
        ))
        .version(env!("CARGO_PKG_VERSION"))
        .build()
}

fn urls(config: &Config) -> Vec<(Service, String)> {
    let url = |service: Service| match service {
        Service::User => &config.user_svc_url,
        Service::Shop => &config.shop_svc_url,
        Service::Product => &config.product_svc_url,
        Service::Cart => &config.cart_svc_url,
        Service::Order => &config.order_svc_url,
        Service::Wishlist => &config.wishlist_svc_url,
        Service::Search => &config.search_svc_url,
        Service::Analytics => &config.analytics_svc_url,
    };
    Service::ALL
        .into_iter()
        .map(|service| (service, url(service).clone()))
        .collect()
}
