//! A small service to ask things of.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::{HttpResponse, get, patch, post, web};
use reqwest::{Method, RequestBuilder, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use souk_http::{
    Check, Created, ETag, Gate, IdempotencyKey, IfMatch, Json, Page, PageQuery, Path, Problem, Query,
    Refusals, Running, Server, Tagged,
};
use tokio_util::sync::CancellationToken;
use utoipa::openapi::InfoBuilder;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::Validate;

#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct ThingBody {
    #[validate(length(min = 1, max = 5))]
    name: String,
}

#[derive(Serialize, ToSchema)]
struct Thing {
    id: Uuid,
    name: String,
}

#[derive(Deserialize, IntoParams)]
struct ThingPath {
    id: Uuid,
}

/// List things.
#[utoipa::path(tag = "things", params(PageQuery), responses((status = 200, body = Page<u32>), Refusals))]
#[get("/things")]
async fn list_things(page: Query<PageQuery>) -> Result<Json<Page<u32>>, Problem> {
    let after = page.after::<u32>()?.unwrap_or(0);
    let rows: Vec<u32> = (after + 1..=25).take(page.fetch() as usize).collect();
    Ok(Json(Page::from_rows(rows, &page, |n| *n)))
}

/// Make a thing.
#[utoipa::path(tag = "things", request_body = ThingBody, responses((status = 201, body = Thing), Refusals))]
#[post("/things")]
async fn create_thing(key: IdempotencyKey, body: Json<ThingBody>) -> Result<Created<Thing>, Problem> {
    key.required()?;
    let id = Uuid::nil();
    let thing = Thing {
        id,
        name: body.into_inner().name,
    };
    Ok(Created::at(format!("/api/v1/things/{id}"), thing).tagged(ETag::version(1)))
}

/// Get a thing.
#[utoipa::path(tag = "things", params(ThingPath), responses((status = 200, body = Thing), Refusals))]
#[get("/things/{id}")]
async fn get_thing(path: Path<ThingPath>) -> Tagged<Thing> {
    Tagged::new(
        ETag::version(7),
        Thing {
            id: path.id,
            name: "a".into(),
        },
    )
}

/// Change a thing.
#[utoipa::path(tag = "things", params(ThingPath), responses((status = 204), Refusals))]
#[patch("/things/{id}")]
async fn update_thing(_path: Path<ThingPath>, seen: IfMatch) -> Result<HttpResponse, Problem> {
    seen.check(&ETag::version(7))?;
    Ok(HttpResponse::NoContent().finish())
}

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_things)
        .service(create_thing)
        .service(get_thing)
        .service(update_thing);
}

async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(300)).await;
    "done"
}

async fn broken() -> Result<HttpResponse, Problem> {
    Err(Problem::internal("connection to db-7 refused, password=hunter2"))
}

async fn library_error() -> HttpResponse {
    HttpResponse::BadRequest()
        .content_type("text/plain")
        .body("inner details")
}

async fn big(_body: Json<Value2>) -> &'static str {
    "read"
}

#[derive(Deserialize, Validate)]
struct Value2 {
    #[serde(rename = "text")]
    _text: String,
}

pub struct TestApp {
    pub server: Option<Running>,
    pub url: String,
    pub stop: CancellationToken,
    pub redis_is_up: Arc<AtomicBool>,
    http: reqwest::Client,
}

impl TestApp {
    pub fn new() -> Self {
        Self::with_gate(Gate::new(|request| {
            if request.headers().contains_key("x-forbidden") {
                return Err(Problem::forbidden("gate", "Not through this gate"));
            }
            Ok(())
        }))
    }

    fn with_gate(gate: Gate) -> Self {
        souk_telemetry::init_metrics("thing-svc");
        let _ = rustls::crypto::ring::default_provider().install_default();
        let redis_is_up = Arc::new(AtomicBool::new(true));
        let redis = redis_is_up.clone();
        let stop = CancellationToken::new();
        let server = Server::new(
            "thing-svc",
            InfoBuilder::new().title("Things").version("1").build(),
        )
        .workers(1)
        .gate(gate)
        .check(Check::new("postgres", || async { Ok::<(), String>(()) }))
        .check(Check::new("redis", move || {
            let up = redis.load(Ordering::Relaxed);
            async move { if up { Ok(()) } else { Err("secret address") } }
        }))
        .check(Check::new("search", || async { Err("down") }).optional())
        .setup(|app| {
            app.route("/internal/slow", web::get().to(slow))
                .route("/internal/broken", web::get().to(broken))
                .route("/internal/library", web::get().to(library_error))
                .route("/internal/big", web::post().to(big));
        })
        .methods("/internal/slow", &[actix_web::http::Method::GET])
        .start("127.0.0.1:0", routes, stop.clone())
        .unwrap();
        let url = server.url();
        Self {
            server: Some(server),
            url,
            stop,
            redis_is_up,
            http: reqwest::Client::new(),
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
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Status, slug and whole body of a refusal, after checking what every refusal must have.
pub async fn problem(response: Response) -> (u16, String, Value) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let request_id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["status"], status);
    assert_eq!(body["instance"], request_id.as_str());
    let slug = body["type"]
        .as_str()
        .unwrap()
        .strip_prefix("https://souk.dev/problems/")
        .unwrap()
        .to_owned();
    (status, slug, body)
}
