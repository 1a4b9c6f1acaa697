//! `cart-svc.orders`

use cart_svc::consumers::OnOrderCreated;
use serde_json::json;
use uuid::Uuid;

use super::ordered;
use crate::app::{TestApp, add, cart, only_line};

#[actix_web::test]
async fn exactly_what_was_ordered_leaves_the_cart() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let some = add(&customer, app.sells(100, 10).variation_id, 5).await;
    let all = add(&customer, app.sells(100, 10).variation_id, 2).await;
    let none = add(&customer, app.sells(100, 10).variation_id, 1).await;

    app.tell(
        &OnOrderCreated,
        ordered(&customer, Uuid::now_v7(), &[(&some, 3), (&all, 2)]),
    )
    .await;

    let lines = cart(&customer).await["lines"].clone();
    assert_eq!(lines.as_array().unwrap().len(), 2);
    assert_eq!((&lines[0]["id"], &lines[0]["quantity"]), (&some["id"], &json!(2)));
    assert_eq!((&lines[1]["id"], &lines[1]["quantity"]), (&none["id"], &json!(1)));
}

#[actix_web::test]
async fn an_order_counts_once_and_each_order_counts() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(100, 10).variation_id, 9).await;
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());

    for order_id in [second, first, second, first] {
        app.tell(&OnOrderCreated, ordered(&customer, order_id, &[(&line, 2)]))
            .await;
    }

    assert_eq!(only_line(&customer).await["quantity"], 5);
}

#[actix_web::test]
async fn what_was_added_after_the_order_stays() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(100, 10);
    let line = add(&customer, shoes.variation_id, 2).await;
    add(&customer, shoes.variation_id, 3).await;

    app.tell(&OnOrderCreated, ordered(&customer, Uuid::now_v7(), &[(&line, 2)]))
        .await;

    assert_eq!(only_line(&customer).await["quantity"], 3);
}

#[actix_web::test]
async fn an_order_of_a_cart_that_is_not_there_changes_nothing() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = json!({ "id": Uuid::now_v7() });

    app.tell(&OnOrderCreated, ordered(&customer, Uuid::now_v7(), &[(&line, 2)]))
        .await;

    assert_eq!(cart(&customer).await["lines"], json!([]));
}
