//! `PUT /internal/carts/{user_id}/proposal`, and accepting it

use serde_json::{Value, json};
use souk_testkit::Client;

use super::{checked_out, path};
use crate::app::{TestApp, add, azn, cart, url};

async fn propose(app: &TestApp, customer: &Client, version: &Value, changes: Value) {
    let body = json!({ "version": version, "changes": changes });
    let response = app.order_svc().put(&path(customer, "proposal"), body).await;
    assert_eq!(response.status, 204, "{response:?}");
}

#[actix_web::test]
async fn what_was_proposed_is_accepted_exactly_and_only_when_asked() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let (shoes, hat) = (app.sells(1000, 10), app.sells(500, 10));
    let shoes = add(&customer, shoes.variation_id, 5).await;
    let hat = add(&customer, hat.variation_id, 1).await;
    let version = checked_out(&app, &customer, false).await["version"].clone();
    let changes = json!([
        { "line_id": shoes["id"], "new": { "quantity": 3, "unit_price": azn(1100) } },
        { "line_id": hat["id"], "new": null },
    ]);
    propose(&app, &customer, &version, changes.clone()).await;
    propose(&app, &customer, &version, changes).await;

    let unchanged = checked_out(&app, &customer, false).await;
    let accepted = checked_out(&app, &customer, true).await;
    let again = checked_out(&app, &customer, true).await;

    assert_eq!(unchanged["lines"].as_array().unwrap().len(), 2);
    assert_eq!(unchanged["lines"][0]["quantity"], 5);
    assert_eq!(accepted["lines"].as_array().unwrap().len(), 1);
    assert_eq!(accepted["lines"][0]["line_id"], shoes["id"]);
    assert_eq!(
        (
            &accepted["lines"][0]["quantity"],
            &accepted["lines"][0]["unit_price"]
        ),
        (&json!(3), &json!(azn(1100)))
    );
    assert_eq!(accepted, again);
}

#[actix_web::test]
async fn no_pieces_means_gone() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(1000, 10).variation_id, 5).await;
    let change = json!([{ "line_id": line["id"], "new": { "quantity": 0, "unit_price": azn(1000) } }]);
    propose(&app, &customer, &json!(2), change).await;

    assert_eq!(checked_out(&app, &customer, true).await["lines"], json!([]));
}

#[actix_web::test]
async fn a_proposal_for_another_version_is_dropped() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(1000, 10).variation_id, 5).await;
    propose(
        &app,
        &customer,
        &json!(1),
        json!([{ "line_id": line["id"], "new": null }]),
    )
    .await;

    assert_eq!(
        checked_out(&app, &customer, true).await["lines"][0]["quantity"],
        5
    );
}

#[actix_web::test]
async fn a_later_proposal_replaces_the_one_before() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let (one, two) = (app.sells(1000, 10), app.sells(1000, 10));
    let one = add(&customer, one.variation_id, 5).await;
    let two = add(&customer, two.variation_id, 5).await;
    propose(
        &app,
        &customer,
        &json!(3),
        json!([{ "line_id": one["id"], "new": null }]),
    )
    .await;
    propose(
        &app,
        &customer,
        &json!(3),
        json!([{ "line_id": two["id"], "new": null }]),
    )
    .await;

    let lines = checked_out(&app, &customer, true).await["lines"].clone();

    assert_eq!(lines.as_array().unwrap().len(), 1);
    assert_eq!(lines[0]["line_id"], one["id"]);
}

#[actix_web::test]
async fn a_change_by_the_customer_outdates_what_was_proposed_for_the_line() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(1000, 10).variation_id, 5).await;
    propose(
        &app,
        &customer,
        &json!(2),
        json!([{ "line_id": line["id"], "new": null }]),
    )
    .await;
    customer.patch(&url(&line), json!({ "quantity": 4 })).await;

    assert_eq!(
        checked_out(&app, &customer, true).await["lines"][0]["quantity"],
        4
    );
}

#[actix_web::test]
async fn a_look_at_the_cart_does_not_lose_that_something_is_gone() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1000, 10);
    let line = add(&customer, shoes.variation_id, 5).await;
    app.edit(shoes.variation_id, |shoes| shoes.available = 0);
    propose(
        &app,
        &customer,
        &json!(2),
        json!([{ "line_id": line["id"], "new": null }]),
    )
    .await;

    let seen = cart(&customer).await;

    assert_eq!(seen["lines"][0]["notice"], "unavailable");
    assert_eq!(checked_out(&app, &customer, true).await["lines"], json!([]));
}

#[actix_web::test]
async fn a_look_at_newer_terms_outdates_those_proposed() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1000, 10);
    let line = add(&customer, shoes.variation_id, 5).await;
    let change = json!([{ "line_id": line["id"], "new": { "quantity": 5, "unit_price": azn(1100) } }]);
    propose(&app, &customer, &json!(2), change).await;
    app.edit(shoes.variation_id, |shoes| shoes.price = azn(1200));
    cart(&customer).await;

    let accepted = checked_out(&app, &customer, true).await;

    assert_eq!(accepted["lines"][0]["unit_price"], json!(azn(1200)));
}
