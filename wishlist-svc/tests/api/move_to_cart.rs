//! `POST /wishlist/items/{item_id}/move-to-cart`

use serde_json::{Value, json};
use souk_contracts::events::ShopStatus;
use souk_testkit::{Client, Repeat, Response};
use uuid::Uuid;

use crate::app::{ITEMS, TestApp, items, url, wish, wish_for};

async fn move_to_cart(customer: &Client, item: &Value, body: Value) -> Response {
    customer.post(&format!("{}/move-to-cart", url(item)), body).await
}

#[actix_web::test]
async fn a_wish_moves_into_the_cart_and_out_of_the_wishlist() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    let item = wish_for(&customer, shoes.variation_id).await;

    let moved = move_to_cart(&customer, &item, json!({ "quantity": 3 })).await;

    assert_eq!(moved.status, 200);
    assert_eq!(moved.body, json!({ "cart_item_id": item["id"], "quantity": 3 }));
    let call = app.carts.calls().pop().unwrap();
    assert_eq!(call.path, format!("/internal/carts/{}/items", customer.user_id()));
    let asked = json!({ "variation_id": shoes.variation_id, "quantity": 3, "dedupe_id": item["id"] });
    assert_eq!(call.body, asked);
    assert!(items(&customer).await.is_empty());
    assert_eq!(app.db.published_of("wishlist.deleted").await.len(), 1);
}

#[actix_web::test]
async fn one_piece_moves_when_nothing_is_said() {
    let app = TestApp::new().await;
    let customer = app.customer();
    for body in [json!({}), Value::Null] {
        let item = wish_for(&customer, app.sells(1299, 10).variation_id).await;

        let path = format!("{}/move-to-cart", url(&item));
        let moved = if body.is_null() {
            customer.post_empty(&path).await
        } else {
            customer.post(&path, body).await
        };

        assert_eq!((moved.status, &moved.body["quantity"]), (200, &json!(1)));
    }
}

#[actix_web::test]
async fn what_the_cart_refuses_stays_and_says_why() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let item = wish_for(&customer, app.sells(1299, 3).variation_id).await;
    app.cart_refuses(Some((409, "out-of-stock")));

    let refused = move_to_cart(&customer, &item, json!({ "quantity": 4 })).await;

    assert_eq!(refused.problem(), (409, "out-of-stock"));
    assert_eq!(refused.body["available"], 3);
    assert_eq!(items(&customer).await, [item]);
}

#[actix_web::test]
async fn a_move_that_broke_off_can_be_asked_for_again() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let item = wish_for(&customer, app.sells(1299, 3).variation_id).await;
    app.carts.set_down(true);
    let broken = move_to_cart(&customer, &item, json!({})).await;
    app.carts.set_down(false);

    let (one, two) = tokio::join!(
        move_to_cart(&customer, &item, json!({})),
        move_to_cart(&customer, &item, json!({}))
    );

    assert_eq!(broken.problem(), (503, "unavailable"));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert!(statuses == [200, 200] || statuses == [200, 404], "{statuses:?}");
    // Whoever asks, the cart can tell that it is one and the same move.
    assert!(
        app.carts
            .calls()
            .iter()
            .all(|call| call.body["dedupe_id"] == item["id"])
    );
    assert_eq!(app.db.published_of("wishlist.deleted").await.len(), 1);
}

#[actix_web::test]
async fn the_same_key_answers_the_same_after_the_move() {
    let app = TestApp::new().await;
    let customer = app.customer().with("Idempotency-Key", "m-1");
    let item = wish(
        &app.server.customer(customer.user_id()),
        json!({ "variation_id": app.sells(1, 5).variation_id }),
    )
    .await;

    let moved = move_to_cart(&customer, &item, json!({ "quantity": 2 })).await;
    let again = move_to_cart(&customer, &item, json!({ "quantity": 2 })).await;
    let other = move_to_cart(&customer, &item, json!({ "quantity": 3 })).await;

    assert_eq!((moved.status, again.status, &moved.body), (200, 200, &again.body));
    assert_eq!(app.carts.calls().len(), 1);
    assert_eq!(other.problem(), (422, "idempotency-key-reused"));
}

#[actix_web::test]
async fn a_move_is_made_once() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let item = wish_for(&customer, app.sells(1299, 3).variation_id).await;

    move_to_cart(&customer, &item, json!({})).await;
    let again = move_to_cart(&customer, &item, json!({})).await;

    assert_eq!(again.problem(), (404, "not-found"));
}

#[actix_web::test]
async fn a_shop_cannot_be_moved() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shop = app.has_shop(Uuid::now_v7(), ShopStatus::Approved, 2);
    let item = wish(&customer, json!({ "shop_id": shop.id })).await;

    let response = move_to_cart(&customer, &item, json!({})).await;

    assert_eq!(response.problem(), (409, "not-a-product"));
}

#[actix_web::test]
async fn quantities_are_bounded() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let item = wish_for(&customer, app.sells(1299, 3).variation_id).await;

    for body in [
        json!({ "quantity": 0 }),
        json!({ "quantity": 1000 }),
        json!({ "pieces": 1 }),
    ] {
        assert_eq!(
            move_to_cart(&customer, &item, body).await.problem(),
            (422, "validation-failed")
        );
    }
}

#[actix_web::test]
async fn only_ones_own_wishes_can_be_moved() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let item = wish_for(&customer, app.sells(1299, 3).variation_id).await;

    assert_eq!(
        move_to_cart(&app.customer(), &item, json!({})).await.problem(),
        (404, "not-found")
    );
    let nobody = app.server.anonymous();
    assert_eq!(
        move_to_cart(&nobody, &item, json!({})).await.problem(),
        (401, "authentication-required")
    );
    assert!(app.carts.calls().is_empty());
}

#[actix_web::test]
async fn a_move_whose_client_leaves_at_any_moment_is_whole_when_it_is_asked_for_again() {
    let app = TestApp::new().await;

    app.server
        .dropped_at_every_await(async |interruption| {
            let customer = app.customer();
            let item = wish_for(&customer, app.sells(1299, 3).variation_id).await;
            let keyed = customer
                .clone()
                .with("Idempotency-Key", item["id"].as_str().unwrap());

            let answer = interruption.of(move_to_cart(&keyed, &item, json!({}))).await;

            let is_in_cart = || {
                app.carts
                    .calls()
                    .iter()
                    .any(|call| call.body["dedupe_id"] == item["id"])
            };
            assert!(is_in_cart() || items(&customer).await == [item.clone()], "lost");
            let again = move_to_cart(&keyed, &item, json!({})).await;
            assert_eq!((again.status, &again.body["cart_item_id"]), (200, &item["id"]));
            assert!(is_in_cart() && items(&customer).await.is_empty());
            let gone = app.db.published_of("wishlist.deleted").await;
            let gone = gone
                .iter()
                .filter(|event| event.data["user_id"] == json!(customer.user_id()));
            assert_eq!(gone.count(), 1);
            answer
        })
        .await;
}

#[actix_web::test]
async fn a_repeat_is_known_in_any_spelling_and_across_builds() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let item = wish_for(&customer, app.sells(1299, 10).variation_id).await;

    let repeat = Repeat {
        path: format!("{}/move-to-cart", url(&item)),
        body: json!({}),
        spelled: r#"{"quantity": 1}"#.to_owned(),
        others: vec![json!({ "quantity": 2 })],
        operation: "move_to_cart".to_owned(),
        hashed: format!("[{},1]", item["id"]),
    };

    let keyed = customer.with("Idempotency-Key", "k1");
    repeat.check(&app.db, &keyed).await;
    assert_eq!(keyed.post_empty(&repeat.path).await.status, 200);
    let elsewhere = keyed
        .post(&format!("{ITEMS}/{}/move-to-cart", Uuid::now_v7()), json!({}))
        .await;
    assert_eq!(elsewhere.problem(), (422, "idempotency-key-reused"));
}
