//! A gateway of its own per test.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_redis::redis;
use gateway::{App, Config, EdgeSettings, LimitSettings};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use souk_env::{Mode, Secret};
use souk_testkit::infra;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::stand_in::{PASSWORD, Shared, StandIn};

/// Nobody listens there.
pub const NOBODY: &str = "http://127.0.0.1:9";

pub struct TestApp {
    pub url: String,
    pub prefix: String,
    pub keys: PathBuf,
    pub shared: Arc<Shared>,
    http: reqwest::Client,
    stop: CancellationToken,
    _stand_in: StandIn,
}

/// A logged-in client.
pub struct Login {
    pub access: String,
    pub refresh: String,
    pub claims: Value,
}

impl TestApp {
    pub async fn new() -> Self {
        let app = Self::with(|_| {});
        app.until_ready().await;
        app
    }

    /// Another replica of this gateway.
    pub async fn replica(&self) -> Self {
        let app = Self::with(|config| {
            config.redis_prefix.clone_from(&self.prefix);
            config.signing_keys_dir.clone_from(&self.keys);
        });
        app.until_ready().await;
        app
    }

    /// A gateway with other settings, which may never be ready.
    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let stand_in = StandIn::start();
        let service = stand_in.server.url().to_owned();
        let mut config = config(service);
        change(&mut config);
        Self::start(config, stand_in)
    }

    fn start(config: Config, stand_in: StandIn) -> Self {
        souk_telemetry::init_metrics("gateway");
        let stop = CancellationToken::new();
        let (prefix, keys) = (config.redis_prefix.clone(), config.signing_keys_dir.clone());
        let running = App::new(config).unwrap().start(stop.clone()).unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let shared = stand_in.shared.clone();
        Self {
            url: running.url(),
            prefix,
            keys,
            shared,
            http,
            stop,
            _stand_in: stand_in,
        }
    }

    pub async fn until_ready(&self) {
        let begun = Instant::now();
        while self.get("/health/ready").await.status() != 200 {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "the gateway is not ready"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.http.request(
            Method::from_bytes(method.as_bytes()).unwrap(),
            format!("{}{path}", self.url),
        )
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request("GET", path).send().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> Response {
        self.request("POST", path).json(&body).send().await.unwrap()
    }

    /// GET with a token.
    pub async fn get_as(&self, path: &str, token: &str) -> Response {
        self.request("GET", path).bearer_auth(token).send().await.unwrap()
    }

    pub async fn login(&self) -> Login {
        let body = json!({ "email": "a@example.org", "password": PASSWORD });
        let response = self.post("/api/v1/auth/login", body).await;
        assert_eq!(response.status(), 200);
        Login::from(&response.json().await.unwrap())
    }

    /// The token of an administrator, signed with the gateway's own key.
    pub async fn admin(&self) -> String {
        let mut claims = self.login().await.claims;
        claims["role"] = json!("admin");
        let keys: Value = self.get("/.well-known/jwks.json").await.json().await.unwrap();
        self.sign(keys["keys"][0]["kid"].as_str(), &claims)
    }

    pub async fn logout(&self, token: &str) -> Response {
        self.request("POST", "/api/v1/auth/logout")
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
    }

    /// As a stop signal would.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// The gateway's own signing key.
    pub fn pem(&self) -> String {
        std::fs::read_to_string(self.keys.join("key-001.pem")).unwrap()
    }

    /// Signs any claims with the gateway's own key.
    pub fn sign(&self, kid: Option<&str>, claims: &Value) -> String {
        let header = Header {
            kid: kid.map(str::to_owned),
            ..Header::new(Algorithm::EdDSA)
        };
        let key = EncodingKey::from_ed_pem(self.pem().as_bytes()).unwrap();
        jsonwebtoken::encode(&header, claims, &key).unwrap()
    }

    pub async fn redis(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(infra().redis_url.as_str()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
        // The only key without a time to live.
        let client = redis::Client::open(infra().redis_url.as_str()).unwrap();
        if let Ok(mut redis) = client.get_connection() {
            let _ = redis::cmd("DEL")
                .arg(format!("{}:revoked:epoch", self.prefix))
                .exec(&mut redis);
        }
        let _ = std::fs::remove_dir_all(&self.keys);
    }
}

impl Login {
    pub fn from(body: &Value) -> Self {
        let access = body["access_token"].as_str().unwrap().to_owned();
        let claims = claims(&access);
        Self {
            access,
            refresh: body["refresh_token"].as_str().unwrap().to_owned(),
            claims,
        }
    }
}

/// Settings of a gateway before one server that stands in for all services.
pub fn config(service: String) -> Config {
    let name = Uuid::now_v7().to_string();
    Config {
        listen_addr: "127.0.0.1:0".parse().unwrap(),
        redis_url: Secret::new(&infra().redis_url),
        redis_prefix: format!("test-{name}"),
        souk_env: Mode::Development,
        mesh_keys_file: None,
        mesh_keys: Some(Secret::new(
            "test:dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVz",
        )),
        mesh_key_max_age_days: 30,
        signing_keys_dir: std::env::temp_dir().join(format!("souk-gateway-{name}")),
        signing_key_max_age_days: 30,
        user_svc_url: service.clone(),
        shop_svc_url: service.clone(),
        product_svc_url: service.clone(),
        cart_svc_url: service.clone(),
        order_svc_url: service.clone(),
        wishlist_svc_url: service.clone(),
        search_svc_url: service,
        analytics_svc_url: NOBODY.to_owned(),
        upstream_timeout_ms: 15_000,
        upstream_idle_timeout_ms: 60_000,
        stream_idle_timeout_ms: 600_000,
        trusted_proxies: Vec::new(),
        edge: EdgeSettings::default(),
        // Tests ask more than any client may.
        limits: LimitSettings::off(),
        workers: 1,
    }
}

/// What a token says, unchecked.
pub fn claims(token: &str) -> Value {
    jsonwebtoken::dangerous::insecure_decode::<Value>(token)
        .unwrap()
        .claims
}

/// Status and slug of a refusal, after checking what every refusal must have.
pub async fn problem(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    if status == 401 {
        assert!(
            response.headers()["www-authenticate"]
                .to_str()
                .unwrap()
                .starts_with("Bearer")
        );
    }
    if status == 503 {
        assert!(response.headers().contains_key("retry-after"));
    }
    let request_id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body: Value = response.json().await.unwrap();
    assert_eq!(
        (&body["status"], &body["instance"]),
        (&json!(status), &json!(request_id))
    );
    (
        status,
        body["type"]
            .as_str()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned(),
    )
}

/// What [`problem`] gives.
pub fn refused(status: u16, slug: &str) -> (u16, String) {
    (status, slug.to_owned())
}
