//! `POST /internal/carts/checkout` and `POST /internal/carts/ordered`

use serde_json::{Value, json};
use souk_testkit::Client;
use uuid::Uuid;

use super::{CHECKOUT, ORDERED, checked_out, checkout, of, order};
use crate::app::{CART, TestApp, add, azn, cart, id, only_line};
use crate::consumers::{approve, ordered};

#[actix_web::test]
async fn a_checkout_gets_the_lines_as_they_were_shown() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    let line = add(&customer, shoes.variation_id, 2).await;
    app.edit(shoes.variation_id, |shoes| shoes.price = azn(2000));

    let cart = checked_out(&app, &customer, false).await;

    let line = json!({
        "line_id": line["id"], "variation_id": shoes.variation_id, "quantity": 2, "unit_price": azn(1299),
    });
    assert_eq!(cart, json!({ "version": 2, "lines": [line] }));
}

#[actix_web::test]
async fn a_customer_without_a_cart_checks_out_nothing() {
    let app = TestApp::new().await;

    assert_eq!(
        checked_out(&app, &app.customer(), true).await,
        json!({ "version": 1, "lines": [] })
    );
}

#[actix_web::test]
async fn the_last_order_is_taken_out_once_and_not_again_by_its_event() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    let line = add(&customer, shoes.variation_id, 5).await;
    let last_order = order(&line, 2);
    let body = json!({ "last_order": last_order, "accept_changes": false });

    let first = checkout(&app, &customer, body.clone()).await;
    let again = checkout(&app, &customer, body).await;
    let event = ordered(&customer, id(&last_order["order_id"]), &[(&line, 2)]);
    app.tell(&cart_svc::consumers::OnOrderCreated, event).await;

    assert_eq!(first.body["lines"][0]["quantity"], 3);
    assert_eq!(first.body, again.body);
    assert_eq!(only_line(&customer).await["quantity"], 3);
}

#[actix_web::test]
async fn the_event_of_the_last_order_may_come_first() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(1299, 10).variation_id, 2).await;
    let last_order = order(&line, 2);
    let event = ordered(&customer, id(&last_order["order_id"]), &[(&line, 2)]);
    app.tell(&cart_svc::consumers::OnOrderCreated, event).await;
    let again = add(&customer, app.sells(1299, 10).variation_id, 1).await;

    let cart = checkout(
        &app,
        &customer,
        json!({ "last_order": last_order, "accept_changes": false }),
    )
    .await;

    assert_eq!(cart.body["lines"].as_array().unwrap().len(), 1);
    assert_eq!(cart.body["lines"][0]["line_id"], again["id"]);
}

#[actix_web::test]
async fn an_order_leaves_the_cart_at_once_when_told_so() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(1299, 10).variation_id, 2).await;
    let other = app.customer();
    let others = add(&other, app.sells(500, 10).variation_id, 3).await;
    let body = json!({ "orders": [of(&customer, order(&line, 2)), of(&other, order(&others, 1))] });

    for _ in 0..2 {
        let response = app.order_svc().post(ORDERED, body.clone()).await;
        assert_eq!(response.status, 204);
    }

    assert_eq!(only_line(&other).await["quantity"], 2);

    assert_eq!(cart(&customer).await["lines"], json!([]));
}

#[actix_web::test]
async fn more_than_a_line_holds_can_be_taken_out_of_it() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let two = add(&customer, app.sells(1299, 10).variation_id, 2).await;
    let nine = add(&customer, app.sells(1299, 10).variation_id, 9).await;
    let piece = |line: &Value, quantity| json!({ "cart_line_id": line["id"], "quantity": quantity });
    let unknown = json!({ "id": Uuid::now_v7() });
    let lines = [
        piece(&two, 5),
        piece(&nine, 3),
        piece(&nine, 4),
        piece(&unknown, 1),
    ];
    let taken = json!({ "order_id": Uuid::now_v7(), "lines": lines });
    let body = json!({ "orders": [of(&customer, taken)] });

    let response = app.order_svc().post(ORDERED, body).await;

    assert_eq!(response.status, 204);
    let left = only_line(&customer).await;
    assert_eq!((&left["id"], &left["quantity"]), (&nine["id"], &json!(2)));
}

#[actix_web::test]
async fn parallel_checkouts_take_the_last_order_out_once() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(1299, 10).variation_id, 9).await;
    let body = json!({ "last_order": order(&line, 3), "accept_changes": false });

    let (one, two, three) = tokio::join!(
        checkout(&app, &customer, body.clone()),
        checkout(&app, &customer, body.clone()),
        checkout(&app, &customer, body.clone()),
    );

    for cart in [one, two, three] {
        assert_eq!(cart.body["lines"][0]["quantity"], 6);
    }
}

#[actix_web::test]
async fn carts_that_are_asked_for_together_are_answered_in_that_order() {
    let app = TestApp::new().await;
    let (one, other, nobody) = (app.customer(), app.customer(), app.customer());
    let first = add(&one, app.sells(1299, 10).variation_id, 2).await;
    let second = add(&other, app.sells(500, 10).variation_id, 3).await;
    let ask = |customer: &Client, last_order: Value| {
        let asked = json!({ "last_order": last_order, "accept_changes": false });
        of(customer, asked)
    };
    let carts = [
        ask(&other, order(&second, 1)),
        ask(&nobody, Value::Null),
        ask(&one, Value::Null),
    ];

    let answer = app
        .order_svc()
        .post(CHECKOUT, json!({ "carts": carts }))
        .await
        .body;

    assert_eq!(answer["carts"][0]["lines"][0]["quantity"], 2);
    assert_eq!(answer["carts"][1]["lines"], json!([]));
    assert_eq!(answer["carts"][2]["lines"][0]["line_id"], first["id"]);
}

#[actix_web::test]
async fn an_owner_checks_out_nothing() {
    let app = TestApp::new().await;
    let owner = app.customer();
    approve(&app, Uuid::now_v7(), owner.user_id(), 2).await;

    let response = checkout(
        &app,
        &owner,
        json!({ "last_order": null, "accept_changes": false }),
    )
    .await;

    assert_eq!(response.problem(), (403, "shop-owner-has-no-cart"));
    assert_eq!(owner.get(CART).await.problem(), (403, "shop-owner-has-no-cart"));
}
