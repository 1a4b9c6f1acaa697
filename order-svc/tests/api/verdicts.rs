use serde_json::json;
use uuid::Uuid;

use crate::app::TestApp;

fn url(reservation_id: Uuid) -> String {
    format!("/internal/reservations/{reservation_id}/verdict")
}

#[actix_web::test]
async fn a_reservation_without_an_order_is_abandoned_for_good() {
    let app = TestApp::new().await;
    let (product_svc, id) = (app.server.peer("product-svc"), Uuid::now_v7());

    for _ in 0..2 {
        let answer = product_svc.post(&url(id), json!(null)).await;

        assert_eq!(
            (answer.status, answer.body),
            (200, json!({ "verdict": "abandoned" }))
        );
    }
}

#[actix_web::test]
async fn a_reservation_with_an_order_is_ordered() {
    let app = TestApp::new().await;
    let order = app.order_by(&app.buyer()).await;
    let (id, _) = app.world.reservations()[0];

    let answer = app.server.peer("product-svc").post(&url(id), json!(null)).await;

    assert_eq!(
        answer.body,
        json!({ "verdict": "ordered", "order_id": order.id() })
    );
}

#[actix_web::test]
async fn clients_cannot_ask_for_a_verdict() {
    let app = TestApp::new().await;
    let id = Uuid::now_v7();

    let answer = app.server.admin().post(&url(id), json!(null)).await;
    let unsigned = app
        .server
        .peer("product-svc")
        .unsigned()
        .post(&url(id), json!(null))
        .await;

    assert_eq!(answer.problem(), (403, "mesh-only"));
    assert_eq!(unsigned.problem(), (401, "mesh-signature"));
    assert_eq!(app.db.count("verdicts").await, 0);
}
