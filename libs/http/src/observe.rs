//! What happens around every request: its flow, the gate, its log line, its metrics, the shape of refusals.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use souk_telemetry::Flow;

use crate::{Methods, Problem};

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
const QUIET: [&str; 3] = ["/health/live", "/health/ready", "/metrics"];

/// The one middleware of a service.
pub(crate) async fn observe(
    gate: web::Data<Option<Gate>>,
    methods: web::Data<Methods>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let text = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let flow = Flow::from_headers(text(REQUEST_ID), text(TRACEPARENT));
    let method = request.method().clone();
    let handled = async {
        let mut response = shaped(enter(&gate, &methods, request, next).await?);
        Flow::with(|flow| stamp(&mut response, flow));
        account(&method, &response, started.elapsed());
        Ok(response)
    };
    flow.scope(handled).await
}

async fn enter(
    gate: &Option<Gate>,
    methods: &Methods,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Some(Gate(check)) = gate
        && let Err(problem) = check(&request)
    {
        return Ok(request.into_response(problem.error_response()));
    }
    // The HTTP/1 and HTTP/2 writers leave out the body of an answer to HEAD by themselves.
    if *request.method() == Method::HEAD && methods.head_as_get(request.path()) {
        request.head_mut().method = Method::GET;
    }
    // Handlers and extractors turn their errors into answers themselves; nothing else is left to fail.
    Ok(next.call(request).await?.map_into_boxed_body())
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
    let headers = response.headers().clone();
    let (request, _) = response.into_parts();
    let mut answer: HttpResponse = problem.error_response();
    let lost = [
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONTENT_ENCODING,
    ];
    for (name, value) in headers.into_iter().filter(|(name, _)| !lost.contains(name)) {
        answer.headers_mut().append(name, value);
    }
    ServiceResponse::new(request, answer)
}

fn stamp(response: &mut ServiceResponse<BoxBody>, flow: &Flow) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&flow.request_id) {
        headers.insert(REQUEST_ID, id);
    }
    if let Ok(trace) = HeaderValue::from_str(&flow.traceparent.to_string()) {
        headers.insert(TRACEPARENT, trace);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
}

/// One log line and one measurement; the query may hold secrets, so only the path is told.
fn account(method: &Method, response: &ServiceResponse<BoxBody>, took: Duration) {
    let request = response.request();
    let path = request.path();
    let label = request.extensions().get::<RouteLabel>().map(|label| label.0);
    let route = match label {
        Some(label) => label.to_owned(),
        None => request.match_pattern().unwrap_or_else(|| "unmatched".to_owned()),
    };
    let status = response.status().as_u16();
    metrics::histogram!(
        "http_request_duration_seconds",
        "method" => known(method), "route" => route, "status" => status.to_string()
    )
    .record(took.as_secs_f64());
    let quiet = QUIET.contains(&path) || (status < 400 && request.extensions().contains::<Quiet>());
    if quiet {
        return;
    }
    let duration_ms = took.as_secs_f64() * 1000.0;
    tracing::info!(
        target: "souk::access",
        { http.method = method.as_str(), http.path = path, http.status = status, duration_ms },
        "{method} {path} was answered {status} in {duration_ms:.1} ms"
    );
}

/// A client may invent methods; metrics may not grow with them.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
