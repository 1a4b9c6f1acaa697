use serde_json::json;
use uuid::Uuid;

use crate::app::TestApp;

#[actix_web::test]
async fn a_customer_cancels_one_item_once() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;

    for _ in 0..2 {
        let response = buyer
            .client
            .post(&order.item_url(0, "cancel"), json!({ "reason": "Too many" }))
            .await;
        assert_eq!(
            (response.status, response.body["status"].as_str()),
            (200, Some("cancelled"))
        );
    }

    let seen = buyer.client.get(&order.url()).await.body;
    assert_eq!(seen["status"], "processing");
    assert_eq!(seen["sub_orders"][0]["status"], "cancelled");
    assert_eq!(seen["sub_orders"][1]["status"], "processing");
    let told = app.db.published_of("order.item.status.updated").await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].data["reason"].as_str(), told[0].subject.as_str()),
        (Some("Too many"), order.item(0))
    );
}

#[actix_web::test]
async fn the_last_item_cancels_the_order() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;

    for n in 0..2 {
        buyer.client.post(&order.item_url(n, "cancel"), json!({})).await;
    }

    assert_eq!(buyer.client.get(&order.url()).await.body["status"], "cancelled");
    let told = app.db.published_of("order.cancelled").await;
    assert_eq!((told.len(), told[0].version), (1, Some(3)));
}

#[actix_web::test]
async fn a_shipped_item_cannot_be_cancelled() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let shipped = json!({ "status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ1" });
    app.owner(&buyer.things[0])
        .patch(&order.item_url(0, "status"), shipped)
        .await;

    let response = buyer.client.post(&order.item_url(0, "cancel"), json!({})).await;

    assert_eq!(response.problem(), (409, "illegal-transition"));
}

#[actix_web::test]
async fn only_customer_and_operator_cancel_an_item() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let url = order.item_url(0, "cancel");

    let nobody = app.server.anonymous().post(&url, json!({})).await;
    let stranger = app.server.customer(Uuid::now_v7()).post(&url, json!({})).await;
    let owner = app.owner(&buyer.things[0]).post(&url, json!({})).await;
    let other_owner = app.owner(&buyer.things[1]).post(&url, json!({})).await;
    let admin = app.server.admin().post(&url, json!({})).await;

    assert_eq!(nobody.problem(), (401, "authentication-required"));
    assert_eq!(stranger.problem(), (404, "not-found"));
    assert_eq!(owner.problem(), (403, "not-the-customer"));
    assert_eq!(other_owner.problem(), (404, "not-found"));
    assert_eq!(admin.status, 200);
}
