//! What operators see of parked messages and of types that a queue waits for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use souk_auth::Role;
use souk_service::{info, server};
use souk_testkit::{Client, TestDb, TestServer, mesh_keys};
use uuid::Uuid;

const TYPES: &str = "/internal/parked/types";
const QUEUE: &str = "order-svc.users";

struct App {
    db: TestDb,
    server: TestServer,
}

impl App {
    async fn new() -> Self {
        let db = TestDb::with(vec![souk_db::MIGRATIONS, souk_outbox::MIGRATIONS]).await;
        let server = server("order-svc", info("t", "t"), db.db(), mesh_keys(), &[]);
        Self {
            server: TestServer::start(server, |_| {}),
            db,
        }
    }

    /// The gateway, on behalf of somebody.
    fn gateway(&self, role: Role) -> Client {
        self.server
            .peer("gateway-itself")
            .on_behalf_of(Uuid::now_v7(), role)
    }

    async fn run(&self, statement: &str) {
        let mut conn = self.db.db().conn().await.unwrap();
        diesel::sql_query(statement).execute(&mut conn).await.unwrap();
    }

    async fn parked(&self, queue: &str, cause: &str) -> Uuid {
        let id = Uuid::now_v7();
        self.run(&format!(
            "insert into parked (id, queue, reason, cause, payload) values ('{id}', '{queue}', 'a test', '{cause}', '{id}')"
        ))
        .await;
        id
    }
}

#[actix_web::test]
async fn a_type_that_a_queue_waits_for_is_listed_and_parked_once() {
    let app = App::new().await;
    app.run("insert into unknown_types (queue, kind) values ('order-svc.users', 'user.archived')")
        .await;
    let operator = app.gateway(Role::Admin);
    let wanted = json!({"queue": QUEUE, "type": "user.archived"});

    let listed = operator.get(TYPES).await.body;
    let parked = operator.post(TYPES, wanted.clone()).await.body;
    let again = operator.post(TYPES, wanted).await.body;

    assert_eq!(listed[0]["type"], "user.archived");
    assert_eq!(listed[0]["parked_since"], Value::Null);
    assert!(parked["parked_since"].is_string());
    assert_eq!(parked, again);
    let other = operator
        .post(TYPES, json!({"queue": QUEUE, "type": "user.unheard"}))
        .await;
    assert_eq!(other.problem(), (409, "type-not-awaited"));
}

#[actix_web::test]
async fn only_operators_park_types() {
    let app = App::new().await;
    let wanted = json!({"queue": QUEUE, "type": "user.archived"});

    let customer = app.gateway(Role::Customer);
    // Not a service, but a client whose call the gateway has passed on.
    let client = app.server.admin();
    let unsigned = app.gateway(Role::Admin).unsigned();

    for (caller, status) in [(customer, 403), (client, 403), (unsigned, 401)] {
        assert_eq!(caller.get(TYPES).await.status, status);
        assert_eq!(caller.post(TYPES, wanted.clone()).await.status, status);
    }
}

#[actix_web::test]
async fn messages_of_one_cause_are_listed_and_replayed() {
    let app = App::new().await;
    let innocent = app.parked(QUEUE, "delivery_limit").await;
    app.parked(QUEUE, "unreadable").await;
    app.parked(QUEUE, "a_cause_of_a_later_build").await;
    let operator = app.gateway(Role::Admin);

    let all = operator.get("/internal/parked?limit=10").await.body;
    let listed = operator
        .get("/internal/parked?limit=10&cause=delivery_limit")
        .await;
    let replayed = operator
        .post(
            "/internal/parked/replay",
            json!({"queue": QUEUE, "cause": "delivery_limit"}),
        )
        .await;

    assert_eq!(all[0]["cause"], "a_cause_of_a_later_build");
    let listed = listed.body;
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["id"], json!(innocent));
    assert_eq!(replayed.body, json!({"messages": 1}));
    let shown = operator.get(&format!("/internal/parked/{innocent}")).await;
    assert_eq!(shown.body["state"], "replaying");
}

#[actix_web::test]
async fn what_came_from_a_queue_that_nobody_reads_is_not_replayed() {
    let app = App::new().await;
    let gone = app.parked("order-svc.gone", "refused").await;
    let operator = app.gateway(Role::Admin);

    let refused = operator
        .post_empty(&format!("/internal/parked/{gone}/replay"))
        .await;

    assert_eq!(refused.problem(), (409, "queue-not-read"));
    let dropped = operator.delete(&format!("/internal/parked/{gone}")).await;
    assert_eq!(dropped.body["state"], "dropped");
}
