//! `POST /internal/carts/{user_id}/items`

use serde_json::{Value, json};
use uuid::Uuid;

use super::path;
use crate::app::{TestApp, cart, only_line, url};

fn body(variation_id: Uuid, quantity: i32, dedupe_id: Option<Uuid>) -> Value {
    json!({ "variation_id": variation_id, "quantity": quantity, "dedupe_id": dedupe_id })
}

#[actix_web::test]
async fn an_addition_with_an_id_counts_once() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let (shoes, dedupe) = (app.sells(100, 10), Some(Uuid::now_v7()));
    let wishlist = app.server.peer("wishlist-svc");

    let first = wishlist
        .post(&path(&customer, "items"), body(shoes.variation_id, 2, dedupe))
        .await;
    let again = wishlist
        .post(&path(&customer, "items"), body(shoes.variation_id, 3, dedupe))
        .await;

    assert_eq!((first.status, &first.body["quantity"]), (200, &json!(2)));
    assert_eq!(again.body, first.body);
    assert_eq!(only_line(&customer).await["quantity"], 2);
}

#[actix_web::test]
async fn a_line_that_was_taken_out_is_not_added_again() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let (shoes, dedupe) = (app.sells(100, 10), Some(Uuid::now_v7()));
    let wishlist = app.server.peer("wishlist-svc");
    wishlist
        .post(&path(&customer, "items"), body(shoes.variation_id, 2, dedupe))
        .await;
    customer.delete(&url(&only_line(&customer).await)).await;

    let again = wishlist
        .post(&path(&customer, "items"), body(shoes.variation_id, 2, dedupe))
        .await;

    assert_eq!(
        (again.status, &again.body),
        (200, &json!({ "line_id": null, "quantity": 0 }))
    );
    assert_eq!(cart(&customer).await["lines"], json!([]));
}

#[actix_web::test]
async fn a_refusal_leaves_the_id_free() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let (shoes, dedupe) = (app.sells(100, 1), Some(Uuid::now_v7()));
    let wishlist = app.server.peer("wishlist-svc");

    let refused = wishlist
        .post(&path(&customer, "items"), body(shoes.variation_id, 2, dedupe))
        .await;
    app.edit(shoes.variation_id, |shoes| shoes.available = 2);
    let added = wishlist
        .post(&path(&customer, "items"), body(shoes.variation_id, 2, dedupe))
        .await;

    assert_eq!(refused.problem(), (409, "out-of-stock"));
    assert_eq!((added.status, &added.body["quantity"]), (200, &json!(2)));
}
