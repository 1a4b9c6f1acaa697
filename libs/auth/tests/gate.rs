//! The gate in front of a running server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use souk_auth::members::{GATEWAY, GATEWAY_ITSELF, MEMBERS};
use souk_auth::{Admin, Caller, InternalRoute, MeshKeys, Peer, SignedRequest, Visitor, mesh_gate, now_ms};
use souk_http::{Running, Server};
use tokio_util::sync::CancellationToken;
use utoipa::openapi::InfoBuilder;
use utoipa_actix_web::service_config::ServiceConfig;

const OLD: &str = "old:b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk";
const NEW: &str = "new:bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3";
const INTERNAL: &[InternalRoute] = &[
    InternalRoute::get("/internal/peer", &["cart-svc", "gateway-itself"]),
    InternalRoute::get("/internal/things/{id}", &["cart-svc", "order-svc"]),
    InternalRoute::get("/internal/things/mine", &["order-svc"]),
];
const USER: &str = "01937f1c-6a2b-7c44-9d0e-3a6f5c1b2e70";

async fn who(caller: Option<Caller>, visitor: Visitor) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "user": caller.map(|caller| caller.user_id), "role": caller.map(|caller| caller.role), "visitor": visitor.0
    }))
}

async fn user(caller: Caller) -> String {
    caller.user_id.to_string()
}

async fn admin(_admin: Admin) -> &'static str {
    "admin"
}

async fn peer(peer: Peer) -> String {
    peer.service
}

fn routes(_: &mut ServiceConfig) {}

struct App {
    server: Running,
    stop: CancellationToken,
    keys: MeshKeys,
    http: reqwest::Client,
}

impl Drop for App {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl App {
    fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let stop = CancellationToken::new();
        let server = Server::new("test-svc", InfoBuilder::new().title("t").version("1").build())
            .workers(1)
            .gate(mesh_gate(
                MeshKeys::parse(&format!("{NEW},{OLD}")).unwrap(),
                INTERNAL.iter().copied(),
            ))
            .setup(|app| {
                app.route("/who", web::get().to(who))
                    .route("/user", web::get().to(user))
                    .route("/admin", web::get().to(admin))
                    .route("/internal/peer", web::get().to(peer))
                    .route("/internal/peer", web::post().to(peer))
                    .route("/internal/things/{id}", web::get().to(peer))
                    .route("/internal/unlisted", web::get().to(peer))
                    .route("/internally", web::get().to(user));
            })
            .start("127.0.0.1:0", routes, stop.clone())
            .unwrap();
        Self {
            server,
            stop,
            keys: MeshKeys::parse(NEW).unwrap(),
            http: reqwest::Client::new(),
        }
    }

    /// Sends headers made for one request with a request for `path`.
    async fn send(&self, path: &str, headers: Vec<(&'static str, String)>) -> (u16, Value) {
        self.send_as("GET", path, headers).await
    }

    async fn send_as(&self, method: &str, path: &str, headers: Vec<(&'static str, String)>) -> (u16, Value) {
        let url = format!("{}{path}", self.server.url());
        let mut request = self.http.request(method.parse().unwrap(), url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn ask(&self, request: SignedRequest<'_>) -> (u16, Value) {
        self.send_as(request.method, request.target, self.keys.sign(&request))
            .await
    }
}

fn request(target: &str) -> SignedRequest<'_> {
    SignedRequest {
        method: "GET",
        target,
        caller: "gateway",
        timestamp: now_ms(),
        user_id: Some(USER),
        role: Some("customer"),
        visitor_id: Some("visitor-1"),
        ..SignedRequest::default()
    }
}

fn refused(answer: &(u16, Value)) -> bool {
    answer.0 == 401 && answer.1["type"] == "https://souk.dev/problems/mesh-signature"
}

#[actix_web::test]
async fn a_signed_request_tells_who_calls() {
    let app = App::new();

    let (status, body) = app.ask(request("/who?x=%20a")).await;
    let anonymous = app
        .ask(SignedRequest {
            user_id: None,
            role: None,
            ..request("/who")
        })
        .await;

    assert_eq!(
        (status, body),
        (
            200,
            json!({"user": USER, "role": "customer", "visitor": "visitor-1"})
        )
    );
    assert_eq!(anonymous.1["user"], Value::Null);
}

#[actix_web::test]
async fn a_bare_header_is_not_a_passport() {
    let app = App::new();
    let bare = vec![
        ("x-user-id", USER.to_owned()),
        ("x-user-role", "admin".to_owned()),
    ];

    for path in ["/who", "/admin", "/nothing", "/openapi.json"] {
        assert!(refused(&app.send(path, bare.clone()).await), "{path}");
        assert!(refused(&app.send(path, vec![]).await), "{path}");
    }
    for path in ["/health/live", "/health/ready", "/metrics"] {
        assert_eq!(app.send(path, vec![]).await.0, 200, "{path}");
    }
}

#[actix_web::test]
async fn what_was_altered_after_signing_is_refused() {
    let app = App::new();
    let signed = || app.keys.sign(&request("/who"));
    let with = |name: &'static str, value: &str| {
        let mut headers = signed();
        headers.retain(|(known, _)| *known != name);
        headers.push((name, value.to_owned()));
        headers
    };

    assert!(refused(&app.send("/who?x=1", signed()).await));
    assert!(refused(&app.send("/user", signed()).await));
    assert!(refused(&app.send("/who", with("x-user-role", "admin")).await));
    assert!(refused(&app.send("/who", with("x-user-id", "")).await));
    assert!(refused(&app.send("/who", with("x-session-id", USER)).await));
    assert!(refused(
        &app.send("/who", with("x-mesh-caller", "cart-svc")).await
    ));
    assert!(refused(
        &app.send("/who", with("x-mesh-signature", "new:00")).await
    ));
    let twice = [signed(), vec![("x-user-id", USER.to_owned())]].concat();
    assert!(refused(&app.send("/who", twice).await));
}

#[actix_web::test]
async fn a_signature_is_good_for_a_minute() {
    let app = App::new();
    let at = |offset: i64| SignedRequest {
        timestamp: now_ms() + offset,
        ..request("/who")
    };

    assert!(refused(&app.ask(at(-61_000)).await));
    assert!(refused(&app.ask(at(62_000)).await));
    assert_eq!(app.ask(at(-58_000)).await.0, 200);
    assert_eq!(app.ask(at(58_000)).await.0, 200);
}

#[actix_web::test]
async fn both_keys_of_a_rotation_are_accepted_and_no_other() {
    let app = App::new();
    let old = MeshKeys::parse(OLD).unwrap().sign(&request("/who"));
    let other = MeshKeys::parse(&OLD.replace("old:", "other:"))
        .unwrap()
        .sign(&request("/who"));

    assert_eq!(app.send("/who", old).await.0, 200);
    assert!(refused(&app.send("/who", other).await));
}

#[actix_web::test]
async fn an_identity_that_makes_no_sense_is_refused_though_signed() {
    let app = App::new();

    assert!(refused(
        &app.ask(SignedRequest {
            user_id: Some("7"),
            ..request("/who")
        })
        .await
    ));
    assert!(refused(
        &app.ask(SignedRequest {
            role: Some("root"),
            ..request("/who")
        })
        .await
    ));
    assert!(refused(
        &app.ask(SignedRequest {
            role: None,
            ..request("/who")
        })
        .await
    ));
}

#[actix_web::test]
async fn extractors_ask_for_a_user_an_admin_or_a_service() {
    let app = App::new();
    let anonymous = |target| SignedRequest {
        user_id: None,
        role: None,
        ..request(target)
    };
    let slug = |answer: &(u16, Value)| (answer.0, answer.1["type"].as_str().unwrap()[26..].to_owned());

    assert_eq!(
        slug(&app.ask(anonymous("/user")).await),
        (401, "authentication-required".into())
    );
    assert_eq!(
        slug(&app.ask(anonymous("/admin")).await),
        (401, "authentication-required".into())
    );
    assert_eq!(
        slug(&app.ask(request("/admin")).await),
        (403, "admin-only".into())
    );
    assert_eq!(
        app.ask(SignedRequest {
            role: Some("admin"),
            ..request("/admin")
        })
        .await
        .0,
        200
    );
    let service = app.ask(from("cart-svc", "/internal/peer")).await;
    assert_eq!(service, (200, Value::String("cart-svc".into())));
}

/// What a service asks on nobody's behalf.
fn from<'a>(caller: &'a str, target: &'a str) -> SignedRequest<'a> {
    SignedRequest {
        caller,
        user_id: None,
        role: None,
        visitor_id: None,
        ..request(target)
    }
}

async fn is_refused(app: &App, request: SignedRequest<'_>) -> bool {
    let (status, body) = app.ask(request).await;
    (status, &body["type"]) == (403, &json!("https://souk.dev/problems/mesh-only"))
}

#[actix_web::test]
async fn an_internal_route_lets_in_the_callers_that_its_entry_names() {
    let app = App::new();
    let post = |caller| SignedRequest {
        method: "POST",
        ..from(caller, "/internal/peer")
    };

    for path in ["/internal/peer", "/internal/things/7", "/%69nternal/peer"] {
        assert_eq!(app.ask(from("cart-svc", path)).await.0, 200, "{path}");
        for caller in ["gateway", "user-svc", "nobody", "CART-SVC", "cart-svc,user-svc"] {
            assert!(is_refused(&app, from(caller, path)).await, "{caller} {path}");
        }
    }
    // The entry is of another method.
    assert!(is_refused(&app, post("cart-svc")).await);
    // Two entries fit, and one of them does not name the caller.
    assert!(is_refused(&app, from("cart-svc", "/internal/things/mine")).await);
    assert_eq!(app.ask(from("order-svc", "/internal/things/mine")).await.0, 200);
}

#[actix_web::test]
async fn an_internal_route_without_an_entry_is_closed_to_all() {
    let app = App::new();

    for path in [
        "/internal/unlisted",
        "/%69nternal/unlisted",
        "/internal",
        "/internal/",
    ] {
        for caller in MEMBERS {
            assert!(is_refused(&app, from(caller, path)).await, "{caller} {path}");
        }
    }
}

#[actix_web::test]
async fn only_the_gateway_calls_what_is_not_internal() {
    let app = App::new();

    for caller in MEMBERS {
        let is_gateway = [GATEWAY, GATEWAY_ITSELF].contains(&caller);
        for path in ["/who", "/internally", "/nothing", "/openapi.json"] {
            let refused = is_refused(&app, from(caller, path)).await;
            assert_eq!(refused, !is_gateway, "{caller} {path}");
        }
    }
}

#[actix_web::test]
async fn only_the_gateway_says_for_which_user_a_call_is_made() {
    let app = App::new();
    let for_user = |caller| SignedRequest {
        user_id: Some(USER),
        role: Some("admin"),
        ..from(caller, "/internal/peer")
    };

    assert!(is_refused(&app, for_user("cart-svc")).await);
    assert_eq!(app.ask(for_user(GATEWAY_ITSELF)).await.0, 200);
}
