//! `/internal/reservations`

mod parallel;
mod release;
mod reserve;

use serde_json::{Value, json};
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

pub async fn reserve(app: &TestApp, id: Uuid, lines: &[Value]) -> Response {
    app.order_svc()
        .post("/internal/reservations", request(id, lines))
        .await
}

/// Holds pieces and answers the reservation's id.
pub async fn held(app: &TestApp, lines: &[Value]) -> Uuid {
    let id = Uuid::now_v7();
    let response = reserve(app, id, lines).await;
    assert_eq!(response.status, 201, "{response:?}");
    id
}

pub async fn release(app: &TestApp, id: Uuid) -> Response {
    app.order_svc()
        .post(&format!("/internal/reservations/{id}/release"), json!(null))
        .await
}
