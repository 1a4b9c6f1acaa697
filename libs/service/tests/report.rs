//! What a process tells of itself at `/internal/mesh`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use souk_bus::{Bus, Message, Target};
use souk_contracts::events::UserCreated;
use souk_contracts::{Envelope, Queue, topology};
use souk_db::{Db, DbError};
use souk_service::{Reporter, info, server};
use souk_testkit::{TestDb, TestServer, bus, mesh_keys};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const PATH: &str = "/internal/mesh";
static QUEUES: [&Queue; 1] = [&topology::CART_USERS];

struct App {
    server: TestServer,
    stop: CancellationToken,
}

impl App {
    fn new(db: Db, bus: Bus) -> Self {
        let stop = CancellationToken::new();
        let reporter = Reporter::new(db.clone());
        tokio::spawn(reporter.clone().watch(bus, "cart-svc", stop.clone()));
        let server = server("cart-svc", info("t", "t"), db, mesh_keys(), &[]);
        Self {
            server: TestServer::start(reporter.attach(server), |_| {}),
            stop,
        }
    }

    async fn report(&self) -> Value {
        let response = self.server.peer("gateway-itself").get(PATH).await;
        assert_eq!(response.status, 200);
        response.body
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn event() -> UserCreated {
    UserCreated {
        user_id: Uuid::now_v7(),
        is_active: true,
    }
}

#[actix_web::test]
async fn it_tells_version_readiness_outbox_and_queues() {
    let db = TestDb::with(vec![souk_db::MIGRATIONS, souk_outbox::MIGRATIONS]).await;
    let bus = bus(&QUEUES);
    let session = bus.connect("tests").await.unwrap();
    let envelope = Envelope::new(event(), Some(1));
    let body = serde_json::to_vec(&envelope).unwrap();
    let message = Message::of(Target::Queue(&topology::CART_USERS), &envelope, body);
    session
        .publisher()
        .await
        .unwrap()
        .publish(&message)
        .await
        .unwrap();
    db.db()
        .transaction::<_, DbError>(async |tx| Ok(souk_outbox::enqueue(tx, event(), Some(1)).await?))
        .await
        .unwrap();

    let app = App::new(db.db(), bus.clone());
    let begun = Instant::now();
    let mut report = app.report().await;
    while report["queues"].is_null() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{report}");
        tokio::time::sleep(Duration::from_millis(50)).await;
        report = app.report().await;
    }

    assert_eq!(
        (&report["ready"], &report["dependencies"]),
        (&json!(true), &json!({ "postgres": "up" }))
    );
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    assert!(
        report["uptime_seconds"]
            .as_i64()
            .is_some_and(|seconds| seconds < 60)
    );
    assert_eq!(report["outbox"]["pending"], 1);
    assert!(
        report["outbox"]["oldest_seconds"]
            .as_f64()
            .is_some_and(|age| age >= 0.0)
    );
    let queue = json!({ "name": "cart-svc.users", "ready": 1, "consumers": 0, "parked": 0 });
    assert_eq!(report["queues"], json!([queue]));
    bus.delete_topology().await.unwrap();
}

#[actix_web::test]
async fn it_answers_soon_though_everything_is_away() {
    // Nobody answers there; a port that refuses would be too easy.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let db = Db::connect(&format!("postgres://u:p@{address}/x"), 1).unwrap();
    let app = App::new(db, Bus::new(format!("amqp://{address}"), ""));

    let begun = Instant::now();
    let report = app.report().await;

    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(
        (&report["ready"], &report["dependencies"]),
        (&json!(false), &json!({ "postgres": "down" }))
    );
    assert_eq!(
        (&report["outbox"], &report["queues"]),
        (&Value::Null, &Value::Null)
    );
}

#[actix_web::test]
async fn it_tells_the_mesh_only() {
    let db = TestDb::with(vec![souk_db::MIGRATIONS, souk_outbox::MIGRATIONS]).await;
    let app = App::new(db.db(), Bus::new("amqp://127.0.0.1:1", ""));

    let unsigned = app.server.anonymous().unsigned().get(PATH).await;
    let client = app.server.admin().get(PATH).await;

    assert_eq!((unsigned.status, client.status), (401, 403));
}
