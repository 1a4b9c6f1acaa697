//! A client that signs as the gateway would, and the real server in process.

use std::sync::LazyLock;

use reqwest::Method;
use serde_json::Value;
use souk_auth::{GATEWAY, MeshKeys, Role, SignedRequest, now_ms};
use souk_http::{Running, Server};
use tokio_util::sync::CancellationToken;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::interruption::{Interruption, Interruptions, at_every_await};
use crate::shapes::wrong_shapes;

/// The keys that tests sign and verify with.
pub fn mesh_keys() -> MeshKeys {
    static KEYS: LazyLock<MeshKeys> = LazyLock::new(|| {
        MeshKeys::parse("test:dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVz").expect("a good key")
    });
    KEYS.clone()
}

/// A server on a port of its own, stopped with the value.
pub struct TestServer {
    url: String,
    interruptions: Interruptions,
    http: reqwest::Client,
    stop: CancellationToken,
}

impl TestServer {
    /// Starts a service's real server.
    pub fn start(server: Server, routes: fn(&mut ServiceConfig)) -> Self {
        let stop = CancellationToken::new();
        let interruptions = Interruptions::new();
        let running: Running = server
            .workers(1)
            .around(interruptions.around())
            .start("127.0.0.1:0", routes, stop.clone())
            .expect("a server on a free port");
        // The HTTP client wants to know a provider even where no TLS is spoken; a second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("an HTTP client");
        Self {
            url: running.url(),
            interruptions,
            http,
            stop,
        }
    }

    /// Runs `scenario` again and again: the handler of the request that it makes through the [`Interruption`] is dropped
    /// before its first poll, after one poll, after two, and so on, until it is answered. What a scenario asks of the
    /// server otherwise is not interrupted.
    ///
    /// # Panics
    /// When the handler never comes to its end.
    pub async fn dropped_at_every_await(
        &self,
        scenario: impl AsyncFnMut(Interruption<'_>) -> Option<Response>,
    ) -> Response {
        at_every_await(&self.interruptions, scenario).await
    }

    /// `http://` and the address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends every body that its API document describes with a wrong kind of value at each place.
    ///
    /// # Panics
    /// When one of them is not refused as 422 `wrong_type` there; or when the document describes no body.
    pub async fn refuses_wrong_shapes(&self, document: &OpenApi) {
        let document = serde_json::to_value(document).expect("a document is JSON");
        let shapes = wrong_shapes(&document);
        assert!(!shapes.is_empty(), "no operation takes a JSON body");
        let admin = self.admin();
        let mut wrong = Vec::new();
        for shape in shapes {
            let method = shape.method.parse().expect("a method");
            let answer = admin
                .send(method, &shape.path, Body::Json(shape.body.clone()))
                .await;
            let error = &answer.body["errors"][0];
            if answer.status != 422 || error["pointer"] != shape.pointer || error["code"] != "wrong_type" {
                wrong.push(format!("{shape:?} is answered {} {}", answer.status, answer.body));
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    }

    /// A client that nobody has logged in with.
    pub fn anonymous(&self) -> Client {
        Client {
            http: Some(self.http.clone()),
            base: self.url.clone(),
            peer: GATEWAY.to_owned(),
            ..Client::default()
        }
    }

    /// A logged-in customer.
    pub fn customer(&self, user_id: Uuid) -> Client {
        self.user(user_id, Role::Customer)
    }

    /// An operator.
    pub fn admin(&self) -> Client {
        self.user(Uuid::now_v7(), Role::Admin)
    }

    /// A logged-in user.
    pub fn user(&self, user_id: Uuid, role: Role) -> Client {
        Client {
            user: Some((user_id, role)),
            ..self.anonymous()
        }
    }

    /// Another service of the mesh.
    pub fn peer(&self, service: &str) -> Client {
        Client {
            peer: service.to_owned(),
            ..self.anonymous()
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Sends signed requests.
#[derive(Clone, Default)]
pub struct Client {
    http: Option<reqwest::Client>,
    base: String,
    peer: String,
    user: Option<(Uuid, Role)>,
    session: Option<Uuid>,
    visitor: Option<String>,
    headers: Vec<(String, String)>,
    unsigned: bool,
}

enum Body {
    None,
    Json(Value),
    Bytes(String, Vec<u8>),
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers by lower-case name.
    pub headers: Vec<(String, String)>,
    /// The body as JSON, null if it is none.
    pub body: Value,
    /// The body itself.
    pub bytes: Vec<u8>,
}

impl Response {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The stable end of a problem's `type`.
    pub fn slug(&self) -> &str {
        self.body["type"]
            .as_str()
            .and_then(|kind| kind.rsplit('/').next())
            .unwrap_or_default()
    }

    /// Status and slug, for one assertion.
    pub fn problem(&self) -> (u16, &str) {
        (self.status, self.slug())
    }
}

impl Client {
    /// The user it is logged in as.
    pub fn user_id(&self) -> Uuid {
        self.user.map(|(id, _)| id).unwrap_or_default()
    }

    /// The same client with one more header, such as `If-Match` or `Idempotency-Key`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// The same client asking for a user, as one service does of another.
    #[must_use]
    pub fn on_behalf_of(mut self, user_id: Uuid, role: Role) -> Self {
        self.user = Some((user_id, role));
        self
    }

    /// The same client, its user logged in by this session.
    #[must_use]
    pub fn in_session(mut self, session: Uuid) -> Self {
        self.session = Some(session);
        self
    }

    /// The same client, looking as this visitor.
    #[must_use]
    pub fn visiting(mut self, visitor: &str) -> Self {
        self.visitor = Some(visitor.to_owned());
        self
    }

    /// The same client without a mesh signature, its identity in bare headers.
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        self.unsigned = true;
        self
    }

    /// Sends `GET`.
    pub async fn get(&self, path: &str) -> Response {
        self.send(Method::GET, path, Body::None).await
    }

    /// Sends `POST` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Response {
        self.send(Method::POST, path, Body::Json(body)).await
    }

    /// Sends `POST` with a JSON body, as it is written.
    pub async fn post_text(&self, path: &str, json: &str) -> Response {
        let body = Body::Bytes("application/json".to_owned(), json.into());
        self.send(Method::POST, path, body).await
    }

    /// Sends `POST` without a body.
    pub async fn post_empty(&self, path: &str) -> Response {
        self.send(Method::POST, path, Body::None).await
    }

    /// Sends `PUT` with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Response {
        self.send(Method::PUT, path, Body::Json(body)).await
    }

    /// Sends `PATCH` with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Response {
        self.send(Method::PATCH, path, Body::Json(body)).await
    }

    /// Sends `PUT` with a body that is not JSON.
    pub async fn put_bytes(&self, path: &str, kind: &str, bytes: Vec<u8>) -> Response {
        self.send(Method::PUT, path, Body::Bytes(kind.to_owned(), bytes))
            .await
    }

    /// Sends `DELETE`.
    pub async fn delete(&self, path: &str) -> Response {
        self.send(Method::DELETE, path, Body::None).await
    }

    /// Sends `DELETE` with a JSON body.
    pub async fn delete_with(&self, path: &str, body: Value) -> Response {
        self.send(Method::DELETE, path, Body::Json(body)).await
    }

    async fn send(&self, method: Method, path: &str, body: Body) -> Response {
        let http = self.http.as_ref().expect("made by a TestServer");
        let mut request = http.request(method.clone(), format!("{}{path}", self.base));
        for (name, value) in self.identity(&method, path) {
            request = request.header(name, value);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request = match body {
            Body::None => request,
            Body::Json(body) => request.json(&body),
            Body::Bytes(kind, bytes) => request.header("content-type", kind).body(bytes),
        };
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text =
            |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect();
        let is_json = response
            .headers()
            .get("content-type")
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.contains("json"));
        let bytes = response.bytes().await.expect("a whole body").to_vec();
        let body = if is_json && !bytes.is_empty() {
            serde_json::from_slice(&bytes).expect("JSON")
        } else {
            Value::Null
        };
        Response {
            status,
            headers,
            body,
            bytes,
        }
    }

    fn identity(&self, method: &Method, path: &str) -> Vec<(&'static str, String)> {
        let (user_id, role) = match &self.user {
            Some((id, role)) => (Some(id.to_string()), Some(role.as_str())),
            None => (None, None),
        };
        let session = self.session.map(|id| id.to_string());
        let signed = mesh_keys().sign(&SignedRequest {
            method: method.as_str(),
            target: path,
            caller: &self.peer,
            timestamp: now_ms(),
            user_id: user_id.as_deref(),
            role,
            session_id: session.as_deref(),
            visitor_id: self.visitor.as_deref(),
            ..SignedRequest::default()
        });
        signed
            .into_iter()
            .filter(|(name, _)| !self.unsigned || !name.starts_with("x-mesh-"))
            .collect()
    }
}
