//! Calls to a running server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use souk_auth::{Caller, InternalRoute, MeshKeys, Peer, Role, mesh_gate};
use souk_clients::{ClientError, MeshClient};
use souk_http::{Problem, Running, Server};
use souk_telemetry::{Deadline, Flow};
use tokio_util::sync::CancellationToken;
use utoipa::openapi::InfoBuilder;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Every internal route, open to the one who asks here.
const OPEN: &[InternalRoute] = &[
    InternalRoute::get("/internal/{path:.*}", CALLERS),
    InternalRoute::post("/internal/{path:.*}", CALLERS),
    InternalRoute::delete("/internal/{path:.*}", CALLERS),
];
const CALLERS: &[&str] = &["gateway-itself"];
const KEYS: &str = "a:b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk";

async fn echo(
    peer: Peer,
    caller: Option<Caller>,
    query: web::Query<Value>,
    body: web::Bytes,
) -> HttpResponse {
    let flow = Flow::current();
    HttpResponse::Ok().json(json!({
        "peer": peer.service, "user": caller.map(|caller| caller.user_id), "request_id": flow.request_id,
        "trace": format!("{:032x}", flow.traceparent.trace_id), "query": query.0,
        "body": serde_json::from_slice::<Value>(&body).ok(),
        "remaining_ms": Deadline::current().map(|deadline| deadline.remaining().as_millis()),
    }))
}

async fn refuse() -> Result<HttpResponse, Problem> {
    Err(Problem::conflict("reservation-refused", "No").with("changes", [1]))
}

async fn busy() -> Result<HttpResponse, Problem> {
    Err(Problem::unavailable("database"))
}

async fn slow() -> HttpResponse {
    tokio::time::sleep(Duration::from_secs(5)).await;
    HttpResponse::NoContent().finish()
}

fn routes(_: &mut ServiceConfig) {}

fn server(stop: &CancellationToken) -> Running {
    Server::new("test-svc", InfoBuilder::new().title("t").version("1").build())
        .workers(1)
        .gate(mesh_gate(MeshKeys::parse(KEYS).unwrap(), OPEN.iter().copied()))
        .setup(|app| {
            app.route("/internal/echo", web::to(echo))
                .route("/internal/refuse", web::post().to(refuse))
                .route("/internal/busy", web::get().to(busy))
                .route("/internal/slow", web::get().to(slow))
                .route(
                    "/internal/nothing",
                    web::delete().to(|| async { HttpResponse::NoContent().finish() }),
                )
                .route("/internal/text", web::get().to(|| async { "text" }));
        })
        .start("127.0.0.1:0", routes, stop.clone())
        .unwrap()
}

fn client(url: &str) -> MeshClient {
    MeshClient::new(url, "gateway-itself", MeshKeys::parse(KEYS).unwrap()).unwrap()
}

#[actix_web::test]
async fn a_call_is_signed_and_carries_user_and_flow() {
    let stop = CancellationToken::new();
    let client = client(&server(&stop).url());
    let user = Caller {
        user_id: Uuid::now_v7(),
        role: Role::Customer,
        session_id: Some(Uuid::now_v7()),
    };
    let flow = Flow::begin();

    let call = client.on_behalf_of(&user);
    let body = json!({ "x": 1 });
    let call = call.post::<Value>("/internal/echo?name=a%20b&c=ü", &body);
    let answer = flow.clone().scope(call).await.unwrap();
    let alone: Value = client.get("/internal/echo").await.unwrap();

    assert_eq!(answer["peer"], "gateway-itself");
    assert_eq!(answer["user"], user.user_id.to_string());
    assert_eq!(answer["request_id"], flow.request_id);
    assert_eq!(answer["trace"], format!("{:032x}", flow.traceparent.trace_id));
    assert_eq!(
        (&answer["query"], &answer["body"]),
        (&json!({ "name": "a b", "c": "ü" }), &json!({ "x": 1 }))
    );
    assert_eq!(alone["user"], Value::Null);
    stop.cancel();
}

#[actix_web::test]
async fn a_refusal_comes_back_with_all_it_said() {
    let stop = CancellationToken::new();
    let client = client(&server(&stop).url());

    let error = client.post::<Value>("/internal/refuse", &()).await.unwrap_err();

    let problem = error.refusal("reservation-refused").unwrap();
    assert_eq!((problem.status, &problem.more["changes"]), (409, &json!([1])));
    assert!(error.refusal("other").is_none() && !error.is_unavailable());
    stop.cancel();
}

#[actix_web::test]
async fn a_service_that_is_away_busy_or_slow_is_unavailable() {
    let stop = CancellationToken::new();
    let client = client(&server(&stop).url());
    let away = self::client("http://127.0.0.1:9");

    assert!(
        away.get::<Value>("/internal/echo")
            .await
            .unwrap_err()
            .is_unavailable()
    );
    assert!(
        client
            .get::<Value>("/internal/busy")
            .await
            .unwrap_err()
            .is_unavailable()
    );
    let slow = client
        .timeout(Duration::from_millis(100))
        .get::<()>("/internal/slow")
        .await
        .unwrap_err();
    assert!(
        slow.is_unavailable() && slow.to_string().contains("too long"),
        "{slow}"
    );
    stop.cancel();
}

#[actix_web::test]
async fn what_remains_of_a_request_is_passed_on() {
    let stop = CancellationToken::new();
    let client = client(&server(&stop).url()).timeout(Duration::from_secs(60));
    let remaining = async |client: &MeshClient| {
        let answer = client.get::<Value>("/internal/echo").await.unwrap();
        answer["remaining_ms"].as_u64().unwrap()
    };

    let own = remaining(&client).await;
    let request = Deadline::after(Duration::from_secs(20));
    let (shorter, longer) = request
        .scope(async {
            let patient = client.timeout(Duration::from_secs(3600));
            let hasty = client.timeout(Duration::from_secs(10));
            (remaining(&patient).await, remaining(&hasty).await)
        })
        .await;

    assert!((20_001..=60_000).contains(&own), "{own}");
    assert!((10_001..=20_000).contains(&shorter), "{shorter}");
    assert!((1..=10_000).contains(&longer), "{longer}");
    stop.cancel();
}

#[actix_web::test]
async fn for_a_request_that_is_over_nobody_is_asked() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));

    let over = Deadline::after(Duration::ZERO);
    let error = over
        .scope(client.get::<Value>("/internal/echo"))
        .await
        .unwrap_err();

    assert!(error.is_unavailable(), "{error}");
    assert!(listener.accept().is_err(), "it was connected to");
}

#[actix_web::test]
async fn an_answer_without_a_body_is_nothing_and_a_strange_one_is_unexpected() {
    let stop = CancellationToken::new();
    let client = client(&server(&stop).url());

    client.delete::<()>("/internal/nothing").await.unwrap();

    let strange = client.get::<Value>("/internal/text").await.unwrap_err();
    assert!(matches!(strange, ClientError::Unexpected { .. }));
    stop.cancel();
}

#[actix_web::test]
async fn an_address_where_nobody_listens_is_passed_over_whatever_the_method() {
    let stop = CancellationToken::new();
    let alive = server(&stop).url();
    let client = client(&format!("http://127.0.0.1:9, {alive},http://127.0.0.1:9"));

    for n in 0..6 {
        let answer: Value = client.post("/internal/echo", &json!({ "n": n })).await.unwrap();
        assert_eq!(answer["body"]["n"], n);
        client.delete::<()>("/internal/nothing").await.unwrap();
    }
    let mut up = 0;
    for one in client.each() {
        up += usize::from(one.get::<Value>("/internal/echo").await.is_ok());
    }
    assert_eq!(up, 1);
    stop.cancel();
}

#[actix_web::test]
async fn what_breaks_off_is_sent_again_only_when_it_is_idempotent() {
    let stop = CancellationToken::new();
    let broken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = broken.local_addr().unwrap();
    let taken = Arc::new(AtomicUsize::new(0));
    let count = taken.clone();
    std::thread::spawn(move || {
        for stream in broken.incoming() {
            // Takes what was sent and hangs up.
            let _ = stream.unwrap().read(&mut [0; 4096]);
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    let client = client(&format!("http://{address},{}", server(&stop).url()));

    for _ in 0..4 {
        client.get::<Value>("/internal/echo").await.unwrap();
    }
    let got = taken.swap(0, Ordering::SeqCst);
    let mut lost = 0;
    for _ in 0..4 {
        lost += usize::from(client.post::<Value>("/internal/echo", &json!({})).await.is_err());
    }

    assert!(got > 0 && lost > 0);
    assert_eq!(taken.load(Ordering::SeqCst), lost);
    stop.cancel();
}

#[test]
fn an_address_that_is_none_is_told_at_once() {
    for url in ["", "user-svc", "localhost:8101", "http://a:1,b:2"] {
        assert!(
            MeshClient::new(url, "cart-svc", MeshKeys::parse(KEYS).unwrap()).is_err(),
            "{url}"
        );
    }
}
