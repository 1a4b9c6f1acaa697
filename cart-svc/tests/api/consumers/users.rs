//! `cart-svc.users`

use cart_svc::consumers::{OnUserCreated, OnUserDeleted, OnUserUpdated};
use serde_json::json;
use souk_contracts::Envelope;
use souk_contracts::events::{UserCreated, UserDeleted, UserUpdated};
use uuid::Uuid;

use crate::app::{CART, TestApp, add, cart, only_line};

fn created(user_id: Uuid) -> Envelope<UserCreated> {
    Envelope::new(
        UserCreated {
            user_id,
            is_active: true,
        },
        Some(1),
    )
}

fn deleted(user_id: Uuid) -> Envelope<UserDeleted> {
    Envelope::new(UserDeleted { user_id }, Some(2))
}

#[actix_web::test]
async fn a_new_account_has_an_empty_cart_however_often_it_is_told() {
    let app = TestApp::new().await;
    let customer = app.customer();

    app.tell(&OnUserCreated, created(customer.user_id())).await;
    app.tell(&OnUserCreated, created(customer.user_id())).await;

    assert_eq!(cart(&customer).await["lines"], json!([]));
}

#[actix_web::test]
async fn a_cart_that_was_filled_before_its_event_stays_filled() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(100, 10).variation_id, 2).await;

    app.tell(&OnUserCreated, created(customer.user_id())).await;

    assert_eq!(only_line(&customer).await["id"], line["id"]);
}

#[actix_web::test]
async fn the_cart_of_an_erased_account_is_gone_for_good() {
    let app = TestApp::new().await;
    let customer = app.customer();
    add(&customer, app.sells(100, 10).variation_id, 2).await;

    for _ in 0..2 {
        app.tell(&OnUserDeleted, deleted(customer.user_id())).await;
    }
    app.tell(&OnUserCreated, created(customer.user_id())).await;

    assert_eq!(customer.get(CART).await.problem(), (403, "account-closed"));
}

#[actix_web::test]
async fn an_erasure_that_comes_first_is_kept() {
    let app = TestApp::new().await;
    let customer = app.customer();

    app.tell(&OnUserDeleted, deleted(customer.user_id())).await;
    app.tell(&OnUserCreated, created(customer.user_id())).await;

    assert_eq!(customer.get(CART).await.problem(), (403, "account-closed"));
}

#[actix_web::test]
async fn an_account_that_is_switched_off_keeps_its_cart() {
    let app = TestApp::new().await;
    let customer = app.customer();
    add(&customer, app.sells(100, 10).variation_id, 2).await;
    let updated = UserUpdated {
        user_id: customer.user_id(),
        is_active: false,
        is_verified: true,
        role: "customer".into(),
        changed: vec!["is_active".into()],
    };

    app.tell(&OnUserUpdated, Envelope::new(updated, Some(2))).await;

    only_line(&customer).await;
}

#[actix_web::test]
async fn nothing_that_a_customer_wrote_is_left_in_any_table() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let body = json!({ "variation_id": app.sells(100, 10).variation_id, "quantity": 2 });
    let keyed = customer.clone().with("Idempotency-Key", "key-garnet");
    let added = keyed.post("/api/v1/cart/items", body).await;
    assert_eq!(added.status, 201, "{added:?}");
    assert!(app.db.dump().await.contains("key-garnet"));

    app.tell(&OnUserDeleted, deleted(customer.user_id())).await;

    assert!(!app.db.dump().await.contains("garnet"));
}
