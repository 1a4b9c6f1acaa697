//! A stand-in for a service that the one under test calls.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use souk_auth::mesh_gate;
use souk_clients::MeshClient;
use souk_http::{Running, Server};
use tokio_util::sync::CancellationToken;
use utoipa::openapi::Info;

use crate::{ANY_INTERNAL, mesh_keys};

/// A call that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The JSON body, null if there was none.
    pub body: Value,
}

type Answer = dyn Fn(&Call) -> (u16, Value) + Send + Sync;

struct Shared {
    answer: Box<Answer>,
    calls: Mutex<Vec<Call>>,
    is_down: AtomicBool,
}

/// Answers signed calls as the test says, on a port of its own, until it is dropped.
pub struct StandIn {
    url: String,
    shared: Arc<Shared>,
    stop: CancellationToken,
}

impl StandIn {
    /// A service that answers each call by `answer`: a status, and a body unless it is null.
    pub fn start(answer: impl Fn(&Call) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let shared = Arc::new(Shared {
            answer: Box::new(answer),
            calls: Mutex::default(),
            is_down: AtomicBool::new(false),
        });
        let stop = CancellationToken::new();
        let running: Running = Server::new("stand-in", Info::new("Stand-in", "0"))
            .workers(1)
            .gate(mesh_gate(mesh_keys(), ANY_INTERNAL.iter().copied()))
            .data(Data::from(shared.clone()))
            .setup(|app| {
                app.route("/{path:.*}", web::to(respond));
            })
            .start("127.0.0.1:0", |_| {}, stop.clone())
            .expect("a server on a free port");
        Self {
            url: running.url(),
            shared,
            stop,
        }
    }

    /// A client of it, for the service `caller`.
    pub fn client(&self, caller: &'static str) -> MeshClient {
        MeshClient::new(&self.url, caller, mesh_keys()).expect("a good URL")
    }

    /// From now on it is away, or back.
    pub fn set_down(&self, is_down: bool) {
        self.shared.is_down.store(is_down, Ordering::SeqCst);
    }

    /// Every call that was answered, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.shared
            .calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn respond(shared: Data<Shared>, request: HttpRequest, body: Bytes) -> HttpResponse {
    if shared.is_down.load(Ordering::SeqCst) {
        return HttpResponse::ServiceUnavailable().finish();
    }
    let call = Call {
        method: request.method().to_string(),
        path: request.uri().to_string(),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    let (status, mut answer) = (shared.answer)(&call);
    shared
        .calls
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(call);
    if status >= 400 && answer.get("status").is_none() {
        answer["status"] = json!(status);
    }
    let kind = if status < 400 {
        "application/json"
    } else {
        "application/problem+json"
    };
    let mut response = HttpResponse::build(StatusCode::from_u16(status).expect("a status"));
    match answer {
        Value::Null => response.finish(),
        answer => response.content_type(kind).body(answer.to_string()),
    }
}

/// The body of a problem, for stand-ins that refuse.
pub fn problem(slug: &str) -> Value {
    json!({ "type": format!("https://souk.dev/problems/{slug}"), "title": slug })
}
