//! Asking a service: which address, over which connection, how long, and whether again.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use actix_web::http::Method;
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::header::HOST;
use hyper::{HeaderMap, Request, Response, Uri};
use tokio::time::{Instant, timeout_at};

use super::balance::Balance;
use super::body::{Outbound, Progress};
use super::endpoint::Endpoints;
use super::pool::{Lease, Pool, Ticket, Unconnected};
use super::repeat::{ATTEMPTS, Budget};
use super::table::Service;

/// Why a service gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// Nobody listens there.
    #[error("{} cannot be reached", .0.name())]
    Unreachable(Service),
    /// It failed lately, and is left alone for so many seconds.
    #[error("{} failed lately", .0.name())]
    Resting(Service, u64),
    /// It took too long.
    #[error("{} took too long", .0.name())]
    Slow(Service),
    /// It broke off, or spoke something else than HTTP.
    #[error("{} broke off", .0.name())]
    Broken(Service),
}

/// What is asked. The headers are made, and signed, anew each time it is sent.
pub struct Asked<F> {
    /// HTTP method.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// Makes the headers, all but `Host`, of a request whose answer is waited for so long.
    pub headers: F,
    /// The body.
    pub body: Outbound,
    /// Whether it may be carried out twice.
    pub repeatable: bool,
}

/// The head of an answer, its body still to be read.
pub struct Answer {
    /// What the service said.
    pub response: Response<Incoming>,
    /// The connection it comes over.
    pub lease: Lease,
}

/// One worker's connections to the services.
pub struct Upstreams {
    services: Vec<Upstream>,
    patience: Duration,
}

struct Upstream {
    service: Service,
    addresses: Balance,
    budget: Budget,
}

impl Upstreams {
    /// Connections are made when they are first needed. To be used on the worker's own thread, which drives
    /// them.
    pub fn new(endpoints: &Endpoints, patience: Duration) -> Self {
        let upstream = |(service, addresses)| Upstream {
            service,
            addresses: Balance::new(addresses),
            budget: Budget::default(),
        };
        Self {
            services: endpoints.services().map(upstream).collect(),
            patience,
        }
    }

    /// Sends a request and waits for the head of the answer, as long as the body moves or patience lasts.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn send<F: Fn(Duration) -> HeaderMap>(
        &self,
        service: Service,
        asked: Asked<F>,
    ) -> Result<Answer, Failed> {
        let mut services = self.services.iter();
        let upstream = services
            .find(|upstream| upstream.service == service)
            .ok_or(Failed::Unreachable(service))?;
        upstream.budget.earn();
        let clock = Clock {
            begun: Instant::now(),
            body: asked.body.progress(),
            patience: self.patience,
        };
        upstream.ask(asked, &clock).await
    }
}

/// What became of one attempt.
enum Outcome {
    Answered(Response<Incoming>, Lease),
    /// Not a byte was sent.
    Unsent(Request<Outbound>),
    /// It was sent, at least in part, and no answer came.
    Lost,
    /// No answer came in time.
    Slow,
}

impl Upstream {
    async fn ask<F: Fn(Duration) -> HeaderMap>(
        &self,
        asked: Asked<F>,
        clock: &Clock,
    ) -> Result<Answer, Failed> {
        let again = asked.repeatable && asked.body.is_empty();
        // A body is gone once it was sent. A new connection is not one that the service is just closing.
        let mut fresh = asked.repeatable && !again;
        let Asked {
            method,
            uri,
            headers,
            body,
            ..
        } = asked;
        let broken = Failed::Broken(self.service);
        let method = hyper::Method::from_bytes(method.as_str().as_bytes()).map_err(|_| broken)?;
        let make = |body: Outbound| {
            let mut request = Request::new(body);
            *request.method_mut() = method.clone();
            *request.uri_mut() = uri.clone();
            *request.headers_mut() = headers(clock.remaining());
            request
        };
        let mut request = make(body);
        let (mut sent, mut tried, mut failed) = (0, Vec::new(), None);
        loop {
            let now = Instant::now().into_std();
            let Some((at, ticket)) = self.addresses.pick(&tried, again, now) else {
                let resting = || Failed::Resting(self.service, self.addresses.rest(now).as_secs() + 1);
                return Err(failed.unwrap_or_else(resting));
            };
            let idle = Some(ticket.pool())
                .filter(|_| !fresh)
                .and_then(|pool| pool.idle(now));
            let reused = idle.is_some();
            let sender = match idle {
                Some(sender) => sender,
                None => match connect(ticket.pool()).await {
                    Ok(sender) => sender,
                    Err(()) => {
                        tried.push(at);
                        failed = Some(Failed::Unreachable(self.service));
                        continue;
                    }
                },
            };
            request
                .headers_mut()
                .insert(HOST, ticket.pool().endpoint().host().clone());
            match attempt(sender, request, ticket, reused, clock).await {
                Outcome::Answered(response, lease) => return Ok(Answer { response, lease }),
                Outcome::Slow => return Err(Failed::Slow(self.service)),
                Outcome::Unsent(unsent) => request = unsent,
                Outcome::Lost => {
                    sent += 1;
                    if !again || sent >= ATTEMPTS || !self.budget.spend() {
                        return Err(broken);
                    }
                    metrics::counter!("gateway_repeats_total", "upstream" => self.service.name())
                        .increment(1);
                    fresh = true;
                    request = make(Outbound::Empty);
                }
            }
            if !reused {
                tried.push(at);
                failed = Some(broken);
            }
        }
    }
}

async fn connect(pool: &Pool) -> Result<SendRequest<Outbound>, ()> {
    pool.connect().await.map_err(|unconnected| match unconnected {
        Unconnected::Refused => pool.endpoint().refused(),
        Unconnected::Lost => pool.endpoint().lost(),
    })
}

async fn attempt(
    mut sender: SendRequest<Outbound>,
    request: Request<Outbound>,
    mut ticket: Ticket,
    reused: bool,
    clock: &Clock,
) -> Outcome {
    let waited = clock.wait(sender.try_send_request(request)).await;
    let endpoint = ticket.pool().endpoint();
    match waited {
        Some(Ok(response)) => {
            endpoint.succeeded();
            ticket.settled();
            Outcome::Answered(response, Lease::new(sender, ticket))
        }
        None => {
            // A client that stops sending its body is no fault of the service.
            if clock.body.as_ref().is_none_or(|body| body.is_complete()) {
                endpoint.failed("slow");
            }
            Outcome::Slow
        }
        Some(Err(mut error)) => {
            let unsent = error.take_message();
            let error = error.into_error();
            // An old connection may have been closed for lack of use, and a client may break off its body.
            if !reused && !error.is_user() {
                let (service, cause) = (endpoint.service().name(), std::error::Error::source(&error));
                let cause = cause.map(ToString::to_string);
                tracing::warn!(service, %error, cause, "A service broke off while it was asked");
                endpoint.failed("broke-off");
            }
            unsent.map_or(Outcome::Lost, Outcome::Unsent)
        }
    }
}

/// How long an answer is waited for: from when the request's body last moved.
struct Clock {
    begun: Instant,
    body: Option<Progress>,
    patience: Duration,
}

impl Clock {
    async fn wait<T>(&self, answer: impl Future<Output = T>) -> Option<T> {
        let mut answer = pin!(answer);
        loop {
            let until = self.until();
            if let Ok(answer) = timeout_at(until, &mut answer).await {
                return Some(answer);
            }
            if self.until() <= until {
                return None;
            }
        }
    }

    /// How long the answer is still waited for if the body does not move.
    fn remaining(&self) -> Duration {
        self.until().saturating_duration_since(Instant::now())
    }

    fn until(&self) -> Instant {
        self.body.as_ref().map_or(self.begun, Progress::moved) + self.patience
    }
}
