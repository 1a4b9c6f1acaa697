//! One server that stands in for all services, behind the real mesh gate.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::web::{self, Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse, get};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use souk_auth::{Caller, Peer, Visitor, mesh_gate};
use souk_http::{Problem, Server};
use souk_testkit::{ANY_INTERNAL, TestServer, mesh_keys};
use tokio::sync::Notify;
use utoipa::openapi::InfoBuilder;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{stand_in_accounts, stand_in_trace};

#[derive(Default)]
pub struct Users {
    /// What each refresh token stands for.
    tokens: HashMap<String, Token>,
    pub ended: Vec<Uuid>,
    /// Users whose tokens are over, and until when.
    pub ended_users: Vec<(Uuid, i64)>,
    pub seen: Vec<Value>,
}

impl Users {
    /// Whether a login of this user began this session.
    pub fn has(&self, user: Uuid, session: Uuid) -> bool {
        let mut tokens = self.tokens.values();
        tokens.any(|token| token.user == user && token.session == session)
    }
}

#[derive(Clone, Copy)]
struct Token {
    session: Uuid,
    user: Uuid,
    used: bool,
}

/// What the stand-in remembers, and what it waits for before it reads a body.
#[derive(Default)]
pub struct Shared {
    pub users: Mutex<Users>,
    pub read: Notify,
}

/// The only password that is right.
pub const PASSWORD: &str = "seven brave otters";

pub struct StandIn {
    pub server: TestServer,
    pub shared: Arc<Shared>,
}

impl StandIn {
    pub fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let data = Data::from(shared.clone());
        let server = Server::new(
            "stand-in",
            InfoBuilder::new().title("Stand-in").version("1").build(),
        )
        .gate(mesh_gate(mesh_keys(), ANY_INTERNAL.iter().copied()))
        .data(data)
        .setup(|app| {
            app.route("/internal/mesh", web::get().to(report))
                .route("/internal/users", web::post().to(register))
                .route("/internal/sessions", web::post().to(login))
                .route("/internal/sessions/refresh", web::post().to(refresh))
                .route("/internal/sessions/ended", web::get().to(ended))
                .route("/internal/users/ended", web::get().to(ended_users))
                .route("/internal/sessions/{id}/end", web::post().to(end))
                .configure(stand_in_accounts::configure)
                .configure(stand_in_trace::configure)
                .default_service(web::to(anything));
        });
        Self {
            server: TestServer::start(server, routes),
            shared,
        }
    }
}

/// List what is here.
#[utoipa::path(tag = "products", responses((status = 200, body = Thing), souk_http::Refusals))]
#[get("/products/documented")]
async fn list_products() -> HttpResponse {
    HttpResponse::Ok().json(json!([]))
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema matters")]
struct Thing {
    name: String,
}

fn routes(app: &mut ServiceConfig) {
    app.service(list_products);
    stand_in_trace::routes(app);
}

async fn report(_peer: Peer) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "version": "9.9.9", "build": null, "started_at": "2026-01-02T03:04:05Z", "uptime_seconds": 7, "ready": true,
        "dependencies": { "postgres": "up" }, "outbox": { "pending": 3, "oldest_seconds": 1.5 },
        "queues": [{ "name": "order-svc.users", "ready": 1, "consumers": 1, "parked": 2 }],
    }))
}

async fn register(_peer: Peer, body: web::Json<Value>) -> Result<HttpResponse, Problem> {
    if body["email"] == "taken@example.org" {
        return Err(Problem::conflict("email-taken", "Taken").field("/email", "taken", "There is one."));
    }
    Ok(HttpResponse::Created().json(json!({
        "id": Uuid::now_v7(), "email": body["email"], "first_name": body["first_name"],
        "last_name": body["last_name"], "phone_number": null, "role": "customer", "is_shop_owner": false,
        "is_active": true, "is_verified": false, "avatar_url": null, "created_at": "2026-01-02T03:04:05Z",
    })))
}

fn grant(users: &mut Users, session: Uuid, user: Uuid) -> Value {
    let token = Uuid::new_v4().to_string();
    let used = false;
    users.tokens.insert(token.clone(), Token { session, user, used });
    json!({ "session_id": session, "user_id": user, "role": "customer", "refresh_token": token,
        "expires_at": "2036-01-02T03:04:05Z", "granted_at": chrono::Utc::now() })
}

async fn login(_peer: Peer, shared: Data<Shared>, body: web::Json<Value>) -> Result<HttpResponse, Problem> {
    let mut users = shared.users.lock().unwrap();
    users.seen.push(body.clone());
    if body["password"] != PASSWORD {
        return Err(Problem::unauthorized("invalid-credentials", "Wrong"));
    }
    let answer = grant(&mut users, Uuid::now_v7(), Uuid::now_v7());
    Ok(HttpResponse::Created().json(answer))
}

async fn refresh(_peer: Peer, shared: Data<Shared>, body: web::Json<Value>) -> Result<HttpResponse, Problem> {
    let mut users = shared.users.lock().unwrap();
    let refused = || Problem::unauthorized("invalid-refresh-token", "Not valid");
    let token = body["refresh_token"].as_str().unwrap().to_owned();
    let Token { session, user, used } = *users.tokens.get(&token).ok_or_else(refused)?;
    if used {
        users.ended.push(session);
        return Err(refused().with("ended_session", session));
    }
    if users.ended.contains(&session) {
        return Err(refused());
    }
    let used = true;
    users.tokens.insert(token, Token { session, user, used });
    let answer = grant(&mut users, session, user);
    Ok(HttpResponse::Ok().json(answer))
}

async fn end(_peer: Peer, shared: Data<Shared>, id: web::Path<Uuid>) -> HttpResponse {
    shared.users.lock().unwrap().ended.push(*id);
    HttpResponse::NoContent().finish()
}

async fn ended(_peer: Peer, shared: Data<Shared>) -> HttpResponse {
    let ids = shared.users.lock().unwrap().ended.clone();
    HttpResponse::Ok().json(json!({ "session_ids": ids, "more": false }))
}

async fn ended_users(_peer: Peer, shared: Data<Shared>) -> HttpResponse {
    let ended = shared.users.lock().unwrap().ended_users.clone();
    let users = ended
        .iter()
        .map(|(user, until)| json!({ "user_id": user, "until": until }))
        .collect::<Vec<_>>();
    HttpResponse::Ok().json(json!({ "users": users, "more": false }))
}

/// Answers whatever the last segment of the path asks for; by default it tells what it saw.
async fn anything(
    request: HttpRequest,
    caller: Option<Caller>,
    visitor: Visitor,
    shared: Data<Shared>,
    mut body: Payload,
) -> HttpResponse {
    match request.path().rsplit('/').next().unwrap() {
        "mirror" => HttpResponse::Ok().streaming(body),
        "count" => {
            let mut bytes: usize = 0;
            while let Some(Ok(piece)) = body.next().await {
                bytes += piece.len();
            }
            HttpResponse::Ok().json(json!({ "bytes": bytes }))
        }
        "stalled" => {
            shared.read.notified().await;
            let mut bytes: usize = 0;
            while let Some(Ok(piece)) = body.next().await {
                bytes += piece.len();
            }
            HttpResponse::Ok().json(json!({ "bytes": bytes }))
        }
        "early" => HttpResponse::PayloadTooLarge()
            .content_type("application/problem+json")
            .body(r#"{"type":"https://souk.dev/problems/body-too-large"}"#),
        "slow" => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            HttpResponse::Ok().finish()
        }
        "large" => {
            let pieces =
                stream::iter((0..320).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 100_000]))));
            HttpResponse::Ok().no_chunking(32_000_000).streaming(pieces)
        }
        "odd" => HttpResponse::build(actix_web::http::StatusCode::IM_A_TEAPOT)
            .content_type("text/odd")
            .append_header(("set-cookie", "a=1"))
            .append_header(("set-cookie", "b=2"))
            .append_header(("x-mesh-secret", "1"))
            .append_header(("etag", "\"7\""))
            .body("odd"),
        "text" => {
            let tag = ("etag", "\"7\"");
            let seen = request.headers().get("if-none-match");
            if seen.is_some_and(|seen| seen == "\"7\"") {
                return HttpResponse::NotModified().insert_header(tag).finish();
            }
            let text = "{\"text\":\"".to_owned() + &"a long text ".repeat(1000) + "\"}";
            HttpResponse::Ok()
                .insert_header(tag)
                .content_type("application/json")
                .body(text)
        }
        "events" => HttpResponse::Ok()
            .content_type("text/event-stream")
            .body("data: 1\n\n".repeat(1000)),
        "encoded" => HttpResponse::Ok()
            .content_type("application/json")
            .insert_header(("content-encoding", "br"))
            .body("x".repeat(5000)),
        "nothing" => HttpResponse::NoContent().finish(),
        // What user-svc says when a call has ended something.
        "ends-all" => {
            let user = caller.map_or(Uuid::nil(), |caller| caller.user_id);
            let ended = format!("user:{user}:{}", chrono::Utc::now().timestamp_millis());
            HttpResponse::NoContent()
                .insert_header(("x-mesh-ended", ended))
                .finish()
        }
        "ends-nonsense" => HttpResponse::NoContent()
            .insert_header(("x-mesh-ended", "user:x"))
            .finish(),
        _ => HttpResponse::Ok().json(seen(&request, caller, visitor)),
    }
}

fn seen(request: &HttpRequest, caller: Option<Caller>, visitor: Visitor) -> Value {
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in request.headers() {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.entry(name.to_string()).or_default().push(value);
    }
    json!({
        "method": request.method().as_str(), "target": request.uri().to_string(), "headers": headers,
        "user": caller.map(|caller| caller.user_id), "role": caller.map(|caller| caller.role),
        "session": caller.and_then(|caller| caller.session_id), "visitor": visitor.0,
    })
}
