//! `/internal/reservations`

mod parallel;
mod release;
mod reserve;

use serde_json::{Value, json};
use souk_clients::product::{ReserveAnswer, ReserveOutcome};
use souk_testkit::Response;
use uuid::Uuid;

use crate::app::{TestApp, azn};

/// A line at 10.00 a piece.
pub fn line(variation: Uuid, quantity: i32) -> Value {
    line_at(variation, quantity, 1000)
}

pub fn line_at(variation: Uuid, quantity: i32, price: i64) -> Value {
    json!({ "line_id": Uuid::now_v7(), "variation_id": variation, "quantity": quantity, "unit_price": azn(price) })
}

pub fn request(id: Uuid, lines: &[Value]) -> Value {
    json!({ "reservation_id": id, "user_id": Uuid::now_v7(), "lines": lines })
}

pub const RESERVATIONS: &str = "/internal/reservations";

/// Asks for one reservation.
pub async fn reserve(app: &TestApp, id: Uuid, lines: &[Value]) -> ReserveOutcome {
    reserve_all(app, vec![request(id, lines)]).await.remove(0)
}

pub async fn reserve_all(app: &TestApp, requests: Vec<Value>) -> Vec<ReserveOutcome> {
    let body = json!({ "requests": requests });
    let response = app.order_svc().post(RESERVATIONS, body).await;
    assert_eq!(response.status, 200, "{response:?}");
    let answer: ReserveAnswer = serde_json::from_value(response.body).unwrap();
    answer.outcomes
}

pub fn is_held(outcome: &ReserveOutcome) -> bool {
    matches!(outcome, ReserveOutcome::Held(_))
}

/// Holds pieces and answers the reservation's id.
pub async fn held(app: &TestApp, lines: &[Value]) -> Uuid {
    let id = Uuid::now_v7();
    let outcome = reserve(app, id, lines).await;
    assert!(is_held(&outcome), "{outcome:?}");
    id
}

pub async fn release(app: &TestApp, id: Uuid) -> Response {
    app.order_svc()
        .post(&format!("/internal/reservations/{id}/release"), json!(null))
        .await
}
