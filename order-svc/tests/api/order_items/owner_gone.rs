//! An operator ends what nobody else can end: items of a shop whose owner is gone.

use serde_json::{Value, json};
use souk_testkit::{Client, Response};
use uuid::Uuid;

use crate::app::{Buyer, Ordered, TestApp};

fn lost() -> Value {
    json!({ "status": "cancelled", "reason": "Lost: the shop is gone" })
}

async fn patch(client: &Client, order: &Ordered, n: usize, body: Value) -> Response {
    client.patch(&order.item_url(n, "status"), body).await
}

/// An order whose first item was shipped by an owner who is gone since; the second was delivered.
async fn abandoned(app: &TestApp, buyer: &Buyer) -> Ordered {
    let order = app.order_by(buyer).await;
    let ship =
        |number: &str| json!({ "status": "shipped", "carrier": "Azerpost", "tracking_number": number });
    for (n, thing) in buyer.things.iter().enumerate() {
        let owner = app.owner(thing);
        assert_eq!(patch(&owner, &order, n, ship("AZ1")).await.status, 200);
    }
    let owner = app.owner(&buyer.things[1]);
    patch(&owner, &order, 1, json!({ "status": "delivered" })).await;
    app.book.is_gone(buyer.things[0].owner_id);
    order
}

async fn close_account(app: &TestApp, user_id: Uuid) -> Response {
    let path = format!("/internal/accounts/{user_id}/close");
    app.server
        .peer("user-svc")
        .post(&path, json!({ "attempt": 1 }))
        .await
}

#[actix_web::test]
async fn a_customer_who_waits_for_an_owner_who_is_gone_can_be_erased_in_the_end() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = abandoned(&app, &buyer).await;
    let refused = close_account(&app, buyer.id()).await;
    assert_eq!(refused.problem(), (409, "unfinished-orders"));

    let ended = patch(&app.server.admin(), &order, 0, lost()).await;

    assert_eq!((ended.status, &ended.body["status"]), (200, &json!("cancelled")));
    assert_eq!(close_account(&app, buyer.id()).await.status, 204);
    assert_eq!(close_account(&app, buyer.things[0].owner_id).await.status, 204);
}

#[actix_web::test]
async fn what_an_operator_ends_is_on_the_timeline_and_in_the_audit() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = abandoned(&app, &buyer).await;
    let operator = app.server.admin();

    for _ in 0..2 {
        assert_eq!(patch(&operator, &order, 0, lost()).await.status, 200);
    }

    let seen = operator.get(&order.url()).await.body;
    let story = seen["timeline"].as_array().unwrap();
    let last = &story[story.len() - 2];
    assert_eq!(
        (&last["actor"], &last["what"]),
        (&json!("admin"), &json!("item_cancelled"))
    );
    assert_eq!(last["reason"], "Lost: the shop is gone");
    assert_eq!(story[story.len() - 1]["what"], "completed");
    let actions = seen["operator_actions"].as_array().unwrap();
    assert_eq!(actions.len(), 1);
    assert_eq!(actions[0]["operator_id"], json!(operator.user_id()));
    assert_eq!(actions[0]["order_item_id"], order.item(0));
    assert_eq!(
        (&actions[0]["from"], &actions[0]["to"]),
        (&json!("shipped"), &json!("cancelled"))
    );
    assert_eq!(actions[0]["reason"], "Lost: the shop is gone");
    let own = buyer.client.get(&order.url()).await.body;
    assert_eq!(own.get("operator_actions"), None);
    assert!(!own.to_string().contains(&operator.user_id().to_string()));
}

#[actix_web::test]
async fn readers_are_told_of_it_as_of_any_other_cancellation() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = abandoned(&app, &buyer).await;

    patch(&app.server.admin(), &order, 0, lost()).await;

    let told = app.db.published_of("order.item.status.updated").await;
    let last = &told.last().unwrap().data;
    assert_eq!(
        (&last["from"], &last["to"]),
        (&json!("shipped"), &json!("cancelled"))
    );
    assert_eq!(last["order_item_id"], order.item(0));
    assert_eq!(app.db.published_of("order.completed").await.len(), 1);
}

#[actix_web::test]
async fn an_operator_says_that_it_arrived_or_why_it_never_will_and_nothing_else() {
    let app = TestApp::new().await;
    let (buyer, other) = (app.buyer(), app.buyer());
    let (order, unsent) = (abandoned(&app, &buyer).await, app.order_by(&other).await);
    app.book.is_gone(other.things[0].owner_id);
    let operator = app.server.admin();

    let silent = patch(&operator, &order, 0, json!({ "status": "cancelled" })).await;
    let back = patch(&operator, &order, 0, json!({ "status": "processing" })).await;
    let shipped = json!({ "status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ2" });
    let sent = patch(&operator, &unsent, 0, shipped).await;
    let arrived = patch(&operator, &unsent, 0, json!({ "status": "delivered" })).await;

    assert_eq!(silent.body["errors"][0]["pointer"], "/reason");
    for refused in [back, sent, arrived] {
        assert_eq!(refused.problem(), (409, "illegal-transition"), "{refused:?}");
    }
    assert_eq!(patch(&operator, &unsent, 0, lost()).await.status, 200);
    assert_eq!(
        patch(&operator, &order, 0, json!({ "status": "delivered" }))
            .await
            .status,
        200
    );
    assert_eq!(
        patch(&operator, &order, 0, lost()).await.problem(),
        (409, "illegal-transition")
    );
}

#[actix_web::test]
async fn while_the_owner_is_there_only_the_owner_moves_an_item() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = abandoned(&app, &buyer).await;
    app.book.is_back(buyer.things[0].owner_id);

    let operator = patch(&app.server.admin(), &order, 0, lost()).await;
    let owner = patch(&app.owner(&buyer.things[0]), &order, 0, lost()).await;

    assert_eq!(operator.problem(), (403, "not-the-shop-owner"));
    assert_eq!(owner.problem(), (409, "illegal-transition"));
}

#[actix_web::test]
async fn nobody_but_an_operator_ends_the_items_of_an_owner_who_is_gone() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = abandoned(&app, &buyer).await;

    let nobody = patch(&app.server.anonymous(), &order, 0, lost()).await;
    let customer = patch(&buyer.client, &order, 0, lost()).await;
    let other_shop = patch(&app.owner(&buyer.things[1]), &order, 0, lost()).await;
    let stranger = patch(&app.server.customer(Uuid::now_v7()), &order, 0, lost()).await;

    assert_eq!(nobody.problem(), (401, "authentication-required"));
    assert_eq!(customer.problem(), (403, "not-the-shop-owner"));
    assert_eq!(other_shop.problem(), (404, "not-found"));
    assert_eq!(stranger.problem(), (404, "not-found"));
}

#[actix_web::test]
async fn without_user_svc_nothing_is_concluded() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = abandoned(&app, &buyer).await;
    app.users.set_down(true);

    let refused = patch(&app.server.admin(), &order, 0, lost()).await;

    assert_eq!(refused.problem(), (503, "unavailable"));
    app.users.set_down(false);
    assert_eq!(patch(&app.server.admin(), &order, 0, lost()).await.status, 200);
}

#[actix_web::test]
async fn an_operator_and_the_owner_who_is_back_end_an_item_once() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = abandoned(&app, &buyer).await;
    let (operator, owner) = (app.server.admin(), app.owner(&buyer.things[0]));

    let (one, other) = tokio::join!(
        patch(&operator, &order, 0, lost()),
        patch(&owner, &order, 0, json!({ "status": "delivered" })),
    );

    let mut answers = [one.status, other.status];
    answers.sort_unstable();
    assert_eq!(answers, [200, 409]);
    assert_eq!(app.db.published_of("order.completed").await.len(), 1);
}

#[actix_web::test]
async fn an_operator_who_cancels_for_a_customer_is_in_the_audit_too() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let operator = app.server.admin();

    assert_eq!(operator.post_empty(&order.cancel_url()).await.status, 200);

    let seen = operator.get(&order.url()).await.body;
    let actions = seen["operator_actions"].as_array().unwrap();
    assert_eq!(actions.len(), 2);
    assert!(actions.iter().all(|action| action["from"] == "processing"));
}
