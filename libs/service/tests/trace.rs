//! What a service tells of the events of an order.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use serde_json::{Value, json};
use souk_contracts::events::{OrderCompleted, OrderTotals, UserCreated};
use souk_contracts::{Currency, Money};
use souk_db::{Db, DbError};
use souk_outbox::enqueue;
use souk_service::{info, server};
use souk_telemetry::Flow;
use souk_testkit::{Client, TestDb, TestServer, mesh_keys};
use uuid::Uuid;

const WRITTEN: &str = "/internal/trace/written";
const HANDLED: &str = "/internal/trace/handled";

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

    /// The gateway, on behalf of an operator.
    fn operator(&self) -> Client {
        self.server
            .peer("gateway-itself")
            .on_behalf_of(Uuid::now_v7(), souk_auth::Role::Admin)
    }
}

async fn write(db: &Db, order_id: Uuid) {
    let nothing = Money::new(0, "AZN".parse::<Currency>().unwrap());
    let event = OrderCompleted {
        order_id,
        user_id: Uuid::now_v7(),
        totals: OrderTotals {
            subtotal: nothing,
            shipping: nothing,
            tax: nothing,
            discount: nothing,
            total: nothing,
        },
    };
    db.transaction(async |tx| enqueue(tx, event, Some(2)).await.map_err(DbError::from))
        .await
        .unwrap();
}

/// A question about an order, around now.
fn about(order_id: Uuid) -> Value {
    let now = chrono::Utc::now();
    let minute = chrono::TimeDelta::minutes(1);
    json!({"order_id": order_id, "correlation_ids": [], "spans": [{"from": now - minute, "to": now + minute}]})
}

#[actix_web::test]
async fn events_of_an_order_are_told_and_those_that_only_mention_it_are_not() {
    let app = App::new().await;
    let order = Uuid::now_v7();
    write(&app.db.db(), order).await;
    write(&app.db.db(), Uuid::now_v7()).await;
    let mention = UserCreated {
        user_id: order,
        is_active: true,
    };
    app.db
        .db()
        .transaction(async |tx| enqueue(tx, mention, Some(1)).await.map_err(DbError::from))
        .await
        .unwrap();

    let told = app.operator().post(WRITTEN, about(order)).await;

    assert_eq!(told.status, 200);
    let told = told.body.as_array().unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (
            &told[0]["type"],
            &told[0]["exchange"],
            &told[0]["subject"],
            &told[0]["published_at"]
        ),
        (
            &json!("order.completed"),
            &json!("order_events"),
            &json!(order),
            &Value::Null
        )
    );
}

#[actix_web::test]
async fn what_came_of_a_request_is_told_by_its_whole_name() {
    let app = App::new().await;
    let flow = Flow::begin();
    let request = flow.request_id.clone();
    let event = UserCreated {
        user_id: Uuid::now_v7(),
        is_active: true,
    };
    let db = app.db.db();
    flow.scope(db.transaction(async |tx| enqueue(tx, event, Some(1)).await.map_err(DbError::from)))
        .await
        .unwrap();
    let told = async |request: &str| {
        let mut query = about(Uuid::now_v7());
        query["correlation_ids"] = json!([request]);
        app.operator().post(WRITTEN, query).await.body
    };

    assert_eq!(told(&request).await[0]["correlation_id"], json!(request));
    assert_eq!(told(&request[..8]).await, json!([]));
}

#[actix_web::test]
async fn a_request_alone_leads_to_the_order_that_its_events_name() {
    let app = App::new().await;
    let (flow, order) = (Flow::begin(), Uuid::now_v7());
    let mut query = about(order);
    query["order_id"] = Value::Null;
    query["correlation_ids"] = json!([flow.request_id]);
    flow.scope(write(&app.db.db(), order)).await;
    write(&app.db.db(), Uuid::now_v7()).await;

    let told = app.operator().post(WRITTEN, query).await.body;

    let orders: Vec<_> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["order_id"])
        .collect();
    assert_eq!(orders, [&json!(order)]);
}

#[actix_web::test]
async fn an_event_that_never_came_was_neither_handled_nor_parked() {
    let app = App::new().await;

    let told = app
        .operator()
        .post(HANDLED, json!({"event_ids": [Uuid::now_v7()]}))
        .await;

    assert_eq!(
        (told.status, told.body),
        (200, json!({"handled": [], "parked": []}))
    );
}

#[actix_web::test]
async fn only_operators_are_told_and_only_through_a_peer() {
    let app = App::new().await;
    let body = about(Uuid::now_v7());

    let customer = app
        .server
        .peer("gateway-itself")
        .on_behalf_of(Uuid::now_v7(), souk_auth::Role::Customer);
    assert_eq!(customer.post(WRITTEN, body.clone()).await.status, 403);
    assert_eq!(app.server.admin().post(WRITTEN, body.clone()).await.status, 403);
    assert_eq!(
        app.server.peer("gateway-itself").post(WRITTEN, body).await.status,
        401
    );
}
