use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::TestApp;

#[actix_web::test]
async fn a_customer_cancels_an_order_once() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;

    let first = buyer
        .client
        .post(&order.cancel_url(), json!({ "reason": "Ordered by mistake" }))
        .await;
    let second = buyer
        .client
        .post(&order.cancel_url(), json!({ "reason": "Again" }))
        .await;

    assert_eq!(
        (first.status, first.body["status"].as_str()),
        (200, Some("cancelled"))
    );
    assert_eq!(first.body["sub_orders"][1]["items"][0]["status"], "cancelled");
    let story: Vec<_> = first.body["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["what"])
        .collect();
    assert_eq!(story, ["placed", "item_cancelled", "item_cancelled", "cancelled"]);
    assert_eq!(first.body["timeline"][1]["reason"], "Ordered by mistake");
    assert_eq!(second.body, first.body);
}

#[actix_web::test]
async fn a_cancelled_order_is_told_item_by_item_and_as_a_whole() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;

    for _ in 0..2 {
        buyer.client.post(&order.cancel_url(), json!({})).await;
    }

    let events = app.db.published().await.split_off(3);
    let kinds: Vec<_> = events
        .iter()
        .map(|event| (event.kind.as_str(), event.version))
        .collect();
    let item = ("order.item.status.updated", Some(2));
    assert_eq!(kinds, [item, item, ("order.cancelled", Some(2))]);
    assert_eq!(
        (&events[0].data["from"], &events[0].data["to"]),
        (&json!("processing"), &json!("cancelled"))
    );
    assert_eq!(events[0].data["quantity"], 2);
}

#[actix_web::test]
async fn a_shipped_order_cannot_be_cancelled() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let shipped = json!({ "status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ1" });
    app.owner(&buyer.things[0])
        .patch(&order.item_url(0, "status"), shipped)
        .await;
    let before = app.db.published().await.len();

    let response = buyer.client.post(&order.cancel_url(), json!({})).await;

    assert_eq!(response.problem(), (409, "illegal-transition"));
    assert_eq!(app.db.published().await.len(), before);
}

#[actix_web::test]
async fn only_customer_and_operator_cancel_an_order() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let url = order.cancel_url();

    let nobody = app.server.anonymous().post(&url, json!({})).await;
    let stranger = app.server.customer(Uuid::now_v7()).post(&url, json!({})).await;
    let owner = app.owner(&buyer.things[0]).post(&url, json!({})).await;
    let admin = app.server.admin().post(&url, json!({ "reason": "Fraud" })).await;

    assert_eq!(nobody.problem(), (401, "authentication-required"));
    assert_eq!(stranger.problem(), (404, "not-found"));
    assert_eq!(owner.problem(), (403, "not-the-customer"));
    assert_eq!(
        (admin.status, admin.body["timeline"][1]["actor"].as_str()),
        (200, Some("admin"))
    );
}

#[actix_web::test]
async fn what_is_no_order_cannot_be_cancelled() {
    let app = TestApp::new().await;
    let admin = app.server.admin();

    let unknown = admin
        .post(&format!("/api/v1/orders/{}/cancel", Uuid::now_v7()), json!({}))
        .await;
    let malformed = admin.post("/api/v1/orders/x/cancel", json!({})).await;
    let field = admin
        .post(
            &format!("/api/v1/orders/{}/cancel", Uuid::now_v7()),
            json!({ "reason": "" }),
        )
        .await;

    assert_eq!((unknown.status, malformed.status, field.status), (404, 404, 422));
    assert_eq!(field.body["errors"][0]["pointer"], Value::from("/reason"));
}
