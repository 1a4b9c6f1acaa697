use serde_json::{Value, json};
use souk_testkit::{Client, Response};
use uuid::Uuid;

use crate::app::{Ordered, TestApp};

fn shipped() -> Value {
    json!({ "status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ1" })
}

async fn patch(client: &Client, order: &Ordered, n: usize, body: Value) -> Response {
    client.patch(&order.item_url(n, "status"), body).await
}

#[actix_web::test]
async fn a_shop_ships_an_item_once() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let owner = app.owner(&buyer.things[0]);

    for _ in 0..2 {
        let response = patch(&owner, &order, 0, shipped()).await;

        assert_eq!(response.status, 200, "{response:?}");
        assert_eq!(
            (
                response.body["status"].as_str(),
                response.body["carrier"].as_str()
            ),
            (Some("shipped"), Some("Azerpost"))
        );
        assert_eq!(response.body["tracking_number"], "AZ1");
        assert!(!response.body.to_string().contains("Aygun"));
    }

    let told = app.db.published_of("order.item.status.updated").await;
    assert_eq!((told.len(), told[0].version), (1, Some(2)));
    assert_eq!(told[0].data["tracking_number"], "AZ1");
    let seen = buyer.client.get(&order.url()).await.body;
    assert_eq!(
        (seen["status"].as_str(), seen["sub_orders"][1]["status"].as_str()),
        (Some("shipped"), Some("processing"))
    );
    assert_eq!(seen["timeline"][1]["actor"], "shop");
    assert_eq!(seen["timeline"][1]["order_item_id"], order.item(0));
}

#[actix_web::test]
async fn an_order_whose_items_have_all_arrived_is_completed() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;

    for (n, thing) in buyer.things.iter().enumerate() {
        let owner = app.owner(thing);
        patch(&owner, &order, n, shipped()).await;
        let response = patch(&owner, &order, n, json!({ "status": "delivered" })).await;
        assert_eq!(response.status, 200);
    }

    let seen = buyer.client.get(&order.url()).await.body;
    assert_eq!(
        (seen["status"].as_str(), seen["sub_orders"][0]["status"].as_str()),
        (Some("completed"), Some("delivered"))
    );
    let told = app.db.published_of("order.completed").await;
    assert_eq!(
        (told.len(), told[0].version, told[0].subject.as_str()),
        (1, Some(5), order.id())
    );
}

#[actix_web::test]
async fn parallel_updates_of_items_complete_the_order_once() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let owners = [app.owner(&buyer.things[0]), app.owner(&buyer.things[1])];
    for (n, owner) in owners.iter().enumerate() {
        patch(owner, &order, n, shipped()).await;
    }

    let delivered = || json!({ "status": "delivered" });
    let (one, two, again) = tokio::join!(
        patch(&owners[0], &order, 0, delivered()),
        patch(&owners[1], &order, 1, delivered()),
        patch(&owners[1], &order, 1, delivered()),
    );

    assert_eq!([one.status, two.status, again.status], [200; 3]);
    assert_eq!(buyer.client.get(&order.url()).await.body["status"], "completed");
    assert_eq!(app.db.published_of("order.completed").await.len(), 1);
}

#[actix_web::test]
async fn a_shop_cancels_an_item_with_a_reason() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let owner = app.owner(&buyer.things[0]);

    let without = patch(&owner, &order, 0, json!({ "status": "cancelled" })).await;
    let blank = patch(
        &owner,
        &order,
        0,
        json!({ "status": "cancelled", "reason": " \t " }),
    )
    .await;
    let with = patch(
        &owner,
        &order,
        0,
        json!({ "status": "cancelled", "reason": "Out of stock" }),
    )
    .await;

    assert_eq!(without.body["errors"][0]["pointer"], "/reason");
    assert_eq!(blank.body["errors"], without.body["errors"]);
    assert_eq!(
        (with.status, with.body["status"].as_str()),
        (200, Some("cancelled"))
    );
    let told = app.db.published_of("order.item.status.updated").await;
    assert_eq!(
        (told.len(), told[0].data["reason"].as_str()),
        (1, Some("Out of stock"))
    );
}

#[actix_web::test]
async fn an_item_cannot_go_any_other_way() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let owner = app.owner(&buyer.things[0]);

    let early = patch(&owner, &order, 0, json!({ "status": "delivered" })).await;
    patch(&owner, &order, 0, shipped()).await;
    let back = patch(&owner, &order, 0, json!({ "status": "processing" })).await;
    let late = patch(
        &owner,
        &order,
        0,
        json!({ "status": "cancelled", "reason": "Lost" }),
    )
    .await;
    let otherwise = patch(
        &owner,
        &order,
        0,
        json!({ "status": "shipped", "tracking_number": "AZ2" }),
    )
    .await;

    for refused in [early, back, late, otherwise] {
        assert_eq!(refused.problem(), (409, "illegal-transition"), "{refused:?}");
    }
    assert_eq!(app.db.published_of("order.item.status.updated").await.len(), 1);
}

#[actix_web::test]
async fn only_the_owner_of_its_shop_moves_an_item() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;

    let nobody = patch(&app.server.anonymous(), &order, 0, shipped()).await;
    let customer = patch(&buyer.client, &order, 0, shipped()).await;
    let other_shop = patch(&app.owner(&buyer.things[1]), &order, 0, shipped()).await;
    let stranger = patch(&app.server.customer(Uuid::now_v7()), &order, 0, shipped()).await;
    let admin = patch(&app.server.admin(), &order, 0, shipped()).await;

    assert_eq!(nobody.problem(), (401, "authentication-required"));
    assert_eq!(customer.problem(), (403, "not-the-shop-owner"));
    assert_eq!(other_shop.problem(), (404, "not-found"));
    assert_eq!(stranger.problem(), (404, "not-found"));
    assert_eq!(admin.problem(), (403, "not-the-shop-owner"));
}

#[actix_web::test]
async fn each_wrong_field_of_a_status_is_pointed_at() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let owner = app.owner(&buyer.things[0]);

    for (body, pointer) in [
        (json!({}), "/status"),
        (json!({ "status": "lost" }), "/status"),
        (json!({ "status": "shipped", "carrier": "" }), "/carrier"),
        (
            json!({ "status": "delivered", "carrier": "Azerpost" }),
            "/carrier",
        ),
        (
            json!({ "status": "cancelled", "reason": "x", "tracking_number": "AZ1" }),
            "/tracking_number",
        ),
        (
            json!({ "status": "shipped", "tracking_number": "a".repeat(101) }),
            "/tracking_number",
        ),
        (
            json!({ "status": "cancelled", "reason": "a".repeat(501) }),
            "/reason",
        ),
        (json!({ "status": "shipped", "colour": "red" }), "/colour"),
    ] {
        let response = patch(&owner, &order, 0, body).await;

        assert_eq!(response.status, 422, "{pointer}");
        assert_eq!(response.body["errors"][0]["pointer"], pointer);
    }
}
