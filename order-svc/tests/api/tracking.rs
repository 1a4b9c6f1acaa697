use serde_json::json;

use crate::app::{Buyer, Ordered, TestApp};

const EMAIL: &str = "aygun@example.org";

/// An order whose first item has left as `AZ-7`, by a customer whose address is [`EMAIL`].
async fn shipped(app: &TestApp, buyer: &Buyer) -> Ordered {
    app.book.is_reached_at(buyer.id(), EMAIL);
    let order = app.order_by(buyer).await;
    let body = json!({ "status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ-7" });
    let response = app
        .owner(&buyer.things[0])
        .patch(&order.item_url(0, "status"), body)
        .await;
    assert_eq!(response.status, 200, "{response:?}");
    order
}

fn url(number: &str, email: &str) -> String {
    format!("/api/v1/tracking/{number}?email={email}")
}

#[actix_web::test]
async fn who_knows_number_and_address_sees_the_parcel_and_nothing_personal() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = shipped(&app, &buyer).await;

    let response = app
        .server
        .anonymous()
        .get(&url("AZ-7", "Aygun@Example.org"))
        .await;

    assert_eq!(response.status, 200, "{response:?}");
    let parcels = response.body["parcels"].as_array().unwrap();
    assert_eq!(parcels.len(), 1);
    assert_eq!(parcels[0]["order_number"], order.body["number"]);
    assert_eq!(parcels[0]["carrier"], "Azerpost");
    assert_eq!(parcels[0]["status"], "shipped");
    assert_eq!(parcels[0]["items"].as_array().unwrap().len(), 1);
    assert_eq!(parcels[0]["history"][0]["what"], "item_shipped");
    for personal in ["Nizami", "Aliyeva", "user_id", "@"] {
        assert!(!response.body.to_string().contains(personal), "{personal}");
    }
}

#[actix_web::test]
async fn a_wrong_address_and_an_unknown_number_are_answered_alike() {
    let app = TestApp::new().await;
    let (buyer, other) = (app.buyer(), app.buyer());
    shipped(&app, &buyer).await;
    app.book.is_reached_at(other.id(), "other@example.org");
    let anybody = app.server.anonymous();

    let mut answers = Vec::new();
    for (number, email) in [
        ("AZ-7", "other@example.org"),
        ("AZ-7", "nobody@example.org"),
        ("AZ-8", EMAIL),
    ] {
        let mut response = anybody.get(&url(number, email)).await;
        response.body["instance"] = json!(null);
        answers.push((response.status, response.body));
    }

    assert_eq!(answers[0].0, 404);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[actix_web::test]
async fn an_address_must_be_given() {
    let app = TestApp::new().await;

    let response = app.server.anonymous().get("/api/v1/tracking/AZ-7").await;

    assert_eq!(response.status, 422);
    assert_eq!(response.body["errors"][0]["pointer"], "/email");
}

#[actix_web::test]
async fn an_unknown_address_costs_the_same_look_as_a_known_one() {
    let app = TestApp::new().await;
    let (buyer, other) = (app.buyer(), app.buyer());
    shipped(&app, &buyer).await;
    app.book.is_reached_at(other.id(), "other@example.org");
    // Without orders nobody can look for the parcel, and both are answered so.
    app.sql("alter table order_items rename to order_items_gone")
        .await;

    for email in ["other@example.org", "nobody@example.org"] {
        let response = app.server.anonymous().get(&url("AZ-7", email)).await;
        assert_eq!(response.status, 500, "{email}: {response:?}");
    }
}
