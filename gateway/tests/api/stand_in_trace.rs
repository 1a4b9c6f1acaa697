//! One order, its event, and one of its readers, as services tell of them.

use std::sync::LazyLock;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use souk_auth::{Admin, Peer};
use souk_http::Problem;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const NUMBER: &str = "SK-7F3K-9Q2M";
const ORDER: Uuid = Uuid::from_u128(1);
const EVENT: Uuid = Uuid::from_u128(2);
const REQUEST: &str = "a_request.1";

static PLACED_AT: LazyLock<DateTime<Utc>> = LazyLock::new(|| Utc::now() - TimeDelta::minutes(5));

pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/trace/written", web::post().to(written))
        .route("/internal/trace/handled", web::post().to(handled));
}

/// Orders by their numbers and this one by its id, under `/api/v1`; other paths under `/orders` are for other tests.
pub fn routes(app: &mut ServiceConfig) {
    app.route("/orders/{order:SK-.{9}|00000000-.*}", web::get().to(order));
}

fn after(milliseconds: i64) -> DateTime<Utc> {
    *PLACED_AT + TimeDelta::milliseconds(milliseconds)
}

async fn order(_: Peer, _: Admin, order: web::Path<String>) -> Result<HttpResponse, Problem> {
    if *order != NUMBER && *order != ORDER.to_string() {
        return Err(Problem::not_found());
    }
    Ok(HttpResponse::Ok().json(json!({
        "id": ORDER, "number": NUMBER, "status": "processing", "created_at": after(0),
        "timeline": [{"at": after(0), "actor": "customer", "what": "placed", "order_item_id": null, "reason": null}],
    })))
}

async fn written(_: Peer, _: Admin, query: web::Json<Value>) -> HttpResponse {
    let is_of_order = query["order_id"] == json!(ORDER);
    let is_of_request = query["correlation_ids"] == json!([REQUEST]);
    if !(is_of_order || is_of_request) {
        return HttpResponse::Ok().json(json!([]));
    }
    HttpResponse::Ok().json(json!([{
        "event_id": EVENT, "type": "order.created", "exchange": "order_events", "subject": ORDER, "order_id": ORDER,
        "written_at": after(10), "published_at": after(20), "correlation_id": REQUEST,
        "causation_id": REQUEST,
    }]))
}

async fn handled(_: Peer, _: Admin, query: web::Json<Value>) -> HttpResponse {
    assert!(query["event_ids"].as_array().unwrap().contains(&json!(EVENT)));
    HttpResponse::Ok().json(json!({
        "handled": [{"queue": "product-svc.orders", "event_id": EVENT, "at": after(50)}], "parked": [],
    }))
}
