//! Start and stop: the one place that builds a service's HTTP side.

use std::future::ready;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use actix_http::{HttpService, Protocol};
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, web};
use tokio::net::{TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;
use utoipa::openapi::{Info, OpenApi};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::connection::{Guard, HalfClose};
use crate::methods::answer_unmatched;
use crate::observe::{Rules, observe};
use crate::{Around, Check, ConnectionLimits, Gate, Methods, document, health};

/// How long running requests may go on after the stop signal, in seconds.
const STOP_SECONDS: u64 = 30;
/// How long a client may go on sending a body that was answered already, before it sees a reset.
const LINGER: Duration = Duration::from_secs(5);

type Setup = Arc<dyn Fn(&mut web::ServiceConfig) + Send + Sync>;

/// A service's HTTP server before it runs.
pub struct Server {
    name: &'static str,
    info: Info,
    workers: usize,
    half_close: HalfClose,
    request_timeout: Option<Duration>,
    gate: Option<Gate>,
    around: Option<Around>,
    limits: ConnectionLimits,
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
            half_close: HalfClose::Disconnects,
            request_timeout: None,
            gate: None,
            around: None,
            limits: ConnectionLimits::default(),
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

    /// Answers a client that closes its side of the connection behind a request it announced as the last one, by
    /// HTTP/1.0 or `Connection: close`. Everywhere else the end of what a client sends ends its request: nobody waits for
    /// the answer.
    pub fn answer_half_closed(mut self) -> Self {
        self.half_close = HalfClose::AwaitsLastAnswer;
        self
    }

    /// How long a request may take at most, from when its body last moved to when its answer begins. Then it is dropped and
    /// answered 503. A caller that waits for less time than this has its own limit ([`crate::CallerTimeout`]).
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.request_timeout = Some(limit);
        self
    }

    /// Who may come in at all.
    pub fn gate(mut self, gate: Gate) -> Self {
        self.gate = Some(gate);
        self
    }

    /// What stands around every request.
    pub fn around(mut self, around: Around) -> Self {
        self.around = Some(around);
        self
    }

    /// What clients may take.
    pub fn connections(mut self, limits: ConnectionLimits) -> Self {
        self.limits = limits;
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
        let (limits, half_close) = (self.limits, self.half_close);
        let shared = Arc::new(Shared {
            document: web::Data::new(Document(web::Bytes::from(json))),
            methods: web::Data::new(self.table(&document)),
            rules: web::Data::new(Rules {
                gate: self.gate,
                around: self.around,
                limits,
                timeout: self.request_timeout,
            }),
            checks: web::Data::new(self.checks),
            info: self.info,
            setups: self.setups,
        });
        let app = move || {
            let (app, _) = App::new()
                .into_utoipa_app()
                .openapi(document::base(shared.info.clone()))
                .service(utoipa_actix_web::scope("/api/v1").configure(routes))
                .split_for_parts();
            app.default_service(web::to(answer_unmatched))
                .configure(|app| shared.configure(app))
                .wrap(from_fn(observe))
        };
        let listener = listen(addr)?;
        let addr = listener.local_addr()?;
        let builder = actix_server::Server::build()
            .workers(self.workers)
            .shutdown_timeout(STOP_SECONDS)
            .disable_signals();
        let stopping = builder.graceful_shutdown_signal();
        let server = builder.listen(self.name, listener, move || {
            let stopping = stopping.clone();
            let http = HttpService::build()
                .keep_alive(limits.idle)
                // Our own clock times every head, not only the first one.
                .client_request_timeout(Duration::ZERO)
                .client_disconnect_timeout(LINGER)
                // Where the end of a request may be answered, the guard decides for which.
                .h1_allow_half_closed(half_close == HalfClose::AwaitsLastAnswer)
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .on_connect_ext(|connection: &Guard<TcpStream>, data| {
                    data.insert(connection.talk());
                })
                .finish(map_config(app(), |()| AppConfig::default()));
            let guarded = fn_service(move |stream: TcpStream| {
                let peer = stream.peer_addr().ok();
                // An answer in two pieces does not wait for the client to confirm the first one.
                let _ = stream.set_nodelay(true);
                ready(Ok((
                    Guard::new(stream, peer, limits, half_close),
                    Protocol::Http1,
                    peer,
                )))
            });
            guarded.and_then(http)
        })?;
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

/// As many connections may wait to be accepted as a burst of clients brings.
const BACKLOG: u32 = 1024;

fn listen(addr: impl ToSocketAddrs) -> std::io::Result<std::net::TcpListener> {
    let mut last = std::io::Error::other("no address");
    for addr in addr.to_socket_addrs()? {
        let socket = if addr.is_ipv4() {
            TcpSocket::new_v4()
        } else {
            TcpSocket::new_v6()
        }?;
        socket.set_reuseaddr(true)?;
        match socket.bind(addr).and_then(|()| socket.listen(BACKLOG)) {
            Ok(listener) => return listener.into_std(),
            Err(error) => last = error,
        }
    }
    Err(last)
}

struct Document(web::Bytes);

struct Shared {
    info: Info,
    document: web::Data<Document>,
    methods: web::Data<Methods>,
    rules: web::Data<Rules>,
    checks: web::Data<Vec<Check>>,
    setups: Vec<Setup>,
}

impl Shared {
    fn configure(&self, app: &mut web::ServiceConfig) {
        app.app_data(self.document.clone())
            .app_data(self.methods.clone())
            .app_data(self.rules.clone())
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
