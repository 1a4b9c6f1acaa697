//! What happens around every request: its flow, the gate, its log line, its metrics, the shape of refusals.

use std::borrow::Cow;
use std::future::{Ready, ready};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use souk_telemetry::{Deadline, Flow};
use tokio::time::timeout;

use crate::access::{Entry, Told};
use crate::around::Around;
use crate::connection::{ConnectionLimits, Talk};
use crate::{Methods, Problem, durations, incoming};

/// Decides whether a request may come in at all, before it is routed.
#[derive(Clone)]
pub struct Gate(Arc<GateCheck>);

type GateCheck = dyn Fn(&ServiceRequest) -> Result<(), Problem> + Send + Sync;

impl Gate {
    /// A gate; what it learns it leaves in the request's extensions.
    pub fn new(check: impl Fn(&ServiceRequest) -> Result<(), Problem> + Send + Sync + 'static) -> Self {
        Self(Arc::new(check))
    }
}

/// Left in the request's extensions by a [`Gate`] that knows how long the caller waits for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerTimeout(pub Duration);

/// Put into the request's extensions by a handler that serves many routes, as their name in metrics.
#[derive(Clone, Copy, Debug)]
pub struct RouteLabel(pub &'static str);

/// Taken by a handler that the mesh asks all the time: its good answers have no line in the log.
#[derive(Clone, Copy, Debug)]
pub struct Quiet;

impl FromRequest for Quiet {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        request.extensions_mut().insert(Self);
        ready(Ok(Self))
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A caller gives up first, and hangs up; this is for one whose hanging up got lost.
const GRACE: Duration = Duration::from_millis(100);

/// What stands around the requests of one server.
pub(crate) struct Rules {
    pub gate: Option<Gate>,
    pub around: Option<Around>,
    pub limits: ConnectionLimits,
    pub timeout: Option<Duration>,
}

/// The one middleware of a service.
pub(crate) async fn observe(
    rules: web::Data<Rules>,
    methods: web::Data<Methods>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<Told>, Error> {
    let text = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let flow = Flow::from_headers(text(REQUEST_ID), text(TRACEPARENT));
    let turn = request.conn_data::<Rc<Talk>>().map(Talk::begin);
    if let Some(turn) = &turn {
        let is_last = request.head().connection_type() == ConnectionType::Close;
        turn.talk().is_last(is_last);
    }
    let entry = Entry::new(&request, &flow, turn);
    let handled = async {
        let mut response = shaped(enter(&rules, &methods, &entry, request, next).await?);
        stamp(response.headers_mut());
        measure(&entry, &response);
        Ok(entry.answered(response))
    };
    flow.scope(handled).await
}

async fn enter(
    rules: &Rules,
    methods: &Methods,
    entry: &Entry,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Some(Gate(check)) = &rules.gate
        && let Err(problem) = check(&request)
    {
        return Ok(request.into_response(problem.error_response()));
    }
    let deadline = deadline(rules, &request);
    let watch = incoming::watch(&mut request, entry.turn(), &rules.limits, deadline.as_ref());
    // The HTTP/1 and HTTP/2 writers leave out the body of an answer to HEAD by themselves.
    if *request.method() == Method::HEAD && methods.head_as_get(request.path()) {
        request.head_mut().method = Method::GET;
    }
    // Handlers and extractors turn their errors into answers themselves; nothing else is left to fail.
    let handled = async {
        match &rules.around {
            Some(around) => around.go(request, next).await,
            None => next.call(request).await,
        }
    };
    let response = match deadline {
        Some(deadline) => match within(deadline, handled).await {
            Some(response) => response?,
            None => return Err(timed_out()),
        },
        None => handled.await?,
    };
    match watch.and_then(|watch| watch.refusal()) {
        Some(problem) => Ok(instead(response, &problem)),
        None => Ok(response),
    }
}

/// The smaller of what the caller waits and what the server allows.
fn deadline(rules: &Rules, request: &ServiceRequest) -> Option<Deadline> {
    let caller = request
        .extensions()
        .get::<CallerTimeout>()
        .map(|timeout| timeout.0);
    let limit = caller.into_iter().chain(rules.timeout).min();
    limit.map(Deadline::after)
}

/// Runs a request as long as somebody waits for it; nothing when its time is over. It is dropped then, and with it what
/// is queued for it.
async fn within<F: Future>(deadline: Deadline, request: F) -> Option<F::Output> {
    if deadline.is_over() {
        return None;
    }
    let mut request = pin!(deadline.clone().scope(request));
    loop {
        let limit = deadline.remaining().saturating_add(GRACE);
        match timeout(limit, &mut request).await {
            Ok(response) => return Some(response),
            Err(_) if deadline.is_over() => return None,
            // Its body has moved meanwhile.
            Err(_) => {}
        }
    }
}

/// An answer without its request, which went with the handler.
fn timed_out() -> Error {
    metrics::counter!("http_requests_timed_out_total").increment(1);
    let problem = Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "request-timed-out",
        "The request took too long",
    )
    .header(header::RETRY_AFTER, HeaderValue::from_static("1"));
    let mut response = problem.error_response();
    stamp(response.headers_mut());
    InternalError::from_response(problem, response).into()
}

/// Refusals that a library made (no body, or plain text) become problems too.
fn shaped(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if status.as_u16() < 400 {
        return response;
    }
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| !kind.starts_with("text/plain")) {
        return response;
    }
    let problem = match status {
        StatusCode::NOT_FOUND => crate::methods::unknown_path(),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(status, "body-too-large", "The body is too large"),
        StatusCode::BAD_REQUEST => Problem::bad_request("malformed-request", "The request is malformed"),
        StatusCode::INTERNAL_SERVER_ERROR => Problem::internal("a library answered 500"),
        _ => Problem::new(status, "refused", status.canonical_reason().unwrap_or("Refused")),
    };
    instead(response, &problem)
}

/// A problem in the place of an answer, with what its headers said beyond its body.
fn instead(response: ServiceResponse<BoxBody>, problem: &Problem) -> ServiceResponse<BoxBody> {
    let headers = response.headers().clone();
    let (request, _) = response.into_parts();
    let mut answer: HttpResponse = problem.error_response();
    let lost = [
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONTENT_ENCODING,
        header::ETAG,
    ];
    for (name, value) in headers.into_iter().filter(|(name, _)| !lost.contains(name)) {
        answer.headers_mut().append(name, value);
    }
    ServiceResponse::new(request, answer)
}

fn stamp(headers: &mut HeaderMap) {
    Flow::with(|flow| {
        if let Ok(id) = HeaderValue::from_str(&flow.request_id) {
            headers.insert(REQUEST_ID, id);
        }
        if let Ok(trace) = HeaderValue::from_str(&flow.traceparent.to_string()) {
            headers.insert(TRACEPARENT, trace);
        }
    });
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
}

/// One measurement, of the time until the answer begins.
fn measure(entry: &Entry, response: &ServiceResponse<BoxBody>) {
    let request = response.request();
    let label = request.extensions().get::<RouteLabel>().map(|label| label.0);
    let route = match label {
        Some(label) => Cow::Borrowed(label),
        None => request
            .match_pattern()
            .map_or(Cow::Borrowed("unmatched"), Cow::Owned),
    };
    let took = entry.started().elapsed().as_secs_f64();
    durations::record(entry.method(), &route, response.status(), took);
}
