//! Start and stop: the one place that builds a service's HTTP side.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};
use tokio_util::sync::CancellationToken;
use utoipa::openapi::{Info, OpenApi};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::methods::answer_unmatched;
use crate::observe::observe;
use crate::{Check, Gate, Methods, document, health};

/// How long running requests may go on after the stop signal, in seconds.
const STOP_SECONDS: u64 = 30;
/// Longer than any client of ours keeps an idle connection, so that none is closed under a request.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long a client may go on sending a body that was answered already, before it sees a reset.
const LINGER: Duration = Duration::from_secs(5);

type Setup = Arc<dyn Fn(&mut web::ServiceConfig) + Send + Sync>;

/// A service's HTTP server before it runs.
pub struct Server {
    name: &'static str,
    info: Info,
    workers: usize,
    half_closed: bool,
    linger: Duration,
    gate: Option<Gate>,
    checks: Vec<Check>,
    setups: Vec<Setup>,
    methods: Methods,
}

impl Server {
    /// A server for the service `name`; its API document begins with `info`.
    pub fn new(name: &'static str, info: Info) -> Self {
        Self {
            name,
            info,
            workers: 2,
            half_closed: true,
            linger: LINGER,
            gate: None,
            checks: Vec::new(),
            setups: Vec::new(),
            methods: Methods::default(),
        }
    }

    /// How many worker threads.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers.max(1);
        self
    }

    /// A client that closes its connection ends its request, rather than letting it run to its end.
    pub fn hang_up_with_client(mut self) -> Self {
        self.half_closed = false;
        self
    }

    /// How long a client may go on sending what nobody reads any more, instead of five seconds.
    pub fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// Who may come in at all.
    pub fn gate(mut self, gate: Gate) -> Self {
        self.gate = Some(gate);
        self
    }

    /// Adds a dependency to `/health/ready`.
    pub fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// State that handlers reach as `web::Data<T>`.
    pub fn data<T: Send + Sync + 'static>(self, data: web::Data<T>) -> Self {
        self.setup(move |app| {
            app.app_data(data.clone());
        })
    }

    /// Routes at the root that are not part of the public API, such as `/internal/...`, and anything else
    /// that actix lets an app have. Runs once per worker.
    pub fn setup(mut self, setup: impl Fn(&mut web::ServiceConfig) + Send + Sync + 'static) -> Self {
        self.setups.push(Arc::new(setup));
        self
    }

    /// Tells the methods of a route that was added by [`Server::setup`], so that others get 405.
    pub fn methods(mut self, pattern: &str, methods: &[Method]) -> Self {
        self.methods.add(pattern, methods.to_vec());
        self
    }

    /// The document of these routes.
    pub fn document(&self, routes: fn(&mut ServiceConfig)) -> OpenApi {
        document::openapi(self.info.clone(), routes)
    }

    /// Opens the port (0 picks a free one) and starts; `routes` stand under `/api/v1`.
    ///
    /// The server runs in the background until `shutdown` is cancelled and the last request is done.
    pub fn start(
        self,
        addr: impl ToSocketAddrs,
        routes: fn(&mut ServiceConfig),
        shutdown: CancellationToken,
    ) -> std::io::Result<Running> {
        let document = self.document(routes);
        let json = document.to_json().map_err(std::io::Error::other)?;
        let shared = Arc::new(Shared {
            document: web::Data::new(Document(web::Bytes::from(json))),
            methods: web::Data::new(self.table(&document)),
            gate: web::Data::new(self.gate),
            checks: web::Data::new(self.checks),
            info: self.info,
            setups: self.setups,
        });
        let server = HttpServer::new(move || {
            let (app, _) = App::new()
                .into_utoipa_app()
                .openapi(document::base(shared.info.clone()))
                .service(utoipa_actix_web::scope("/api/v1").configure(routes))
                .split_for_parts();
            app.default_service(web::to(answer_unmatched))
                .configure(|app| shared.configure(app))
                .wrap(from_fn(observe))
        })
        .workers(self.workers)
        .keep_alive(KEEP_ALIVE)
        .tcp_nodelay(true)
        .client_disconnect_timeout(self.linger)
        .h1_allow_half_closed(self.half_closed)
        .shutdown_timeout(STOP_SECONDS)
        .disable_signals()
        .bind(addr)?;
        let addr = server
            .addrs()
            .first()
            .copied()
            .ok_or_else(|| std::io::Error::other("no address"))?;
        let server = server.run();
        let handle = server.handle();
        tracing::info!(%addr, "{} listens on {addr}", self.name);
        tokio::spawn(async move {
            shutdown.cancelled().await;
            handle.stop(true).await;
        });
        Ok(Running {
            addr,
            done: tokio::spawn(server),
        })
    }

    /// Starts and waits until it has stopped.
    pub async fn run(
        self,
        addr: impl ToSocketAddrs,
        routes: fn(&mut ServiceConfig),
        shutdown: CancellationToken,
    ) -> std::io::Result<()> {
        self.start(addr, routes, shutdown)?.stopped().await
    }

    fn table(&self, document: &OpenApi) -> Methods {
        let mut table = Methods::of(document);
        for path in ["/health/live", "/health/ready", "/metrics", "/openapi.json"] {
            table.add(path, vec![Method::GET]);
        }
        table.extend(&self.methods);
        table
    }
}

/// A server that has its port.
pub struct Running {
    addr: SocketAddr,
    done: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://` and the address.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Waits until the server has stopped.
    pub async fn stopped(self) -> std::io::Result<()> {
        let stopped = self.done.await.map_err(std::io::Error::other)?;
        souk_telemetry::flush_logs();
        stopped
    }
}

struct Document(web::Bytes);

struct Shared {
    info: Info,
    document: web::Data<Document>,
    methods: web::Data<Methods>,
    gate: web::Data<Option<Gate>>,
    checks: web::Data<Vec<Check>>,
    setups: Vec<Setup>,
}

impl Shared {
    fn configure(&self, app: &mut web::ServiceConfig) {
        app.app_data(self.document.clone())
            .app_data(self.methods.clone())
            .app_data(self.gate.clone())
            .app_data(self.checks.clone());
        // First, so that a service may put its own /openapi.json before the usual one.
        for setup in &self.setups {
            setup(app);
        }
        app.route("/health/live", web::get().to(health::live))
            .route("/health/ready", web::get().to(health::ready))
            .route("/metrics", web::get().to(metrics))
            .route("/openapi.json", web::get().to(serve_document));
    }
}

async fn metrics() -> HttpResponse {
    let text = souk_telemetry::metrics_text();
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(text)
}

async fn serve_document(document: web::Data<Document>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(document.0.clone())
}
