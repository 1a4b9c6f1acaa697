//! `PATCH /cart/items/{item_id}`

use serde_json::json;
use uuid::Uuid;

use crate::app::{ITEMS, TestApp, add, azn, cart, only_line, url};

#[actix_web::test]
async fn a_quantity_can_be_set_and_set_again() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(100, 10).variation_id, 2).await;

    let raised = customer.patch(&url(&line), json!({ "quantity": 7 })).await;
    let again = customer.patch(&url(&line), json!({ "quantity": 7 })).await;
    let lowered = customer.patch(&url(&line), json!({ "quantity": 1 })).await;

    assert_eq!(
        (raised.status, &raised.body["line_total"]),
        (200, &json!(azn(700)))
    );
    assert_eq!(
        (again.header("etag"), &again.body),
        (raised.header("etag"), &raised.body)
    );
    assert_eq!((lowered.status, &lowered.body["quantity"]), (200, &json!(1)));
    assert_eq!(only_line(&customer).await["quantity"], 1);
}

#[actix_web::test]
async fn raising_asks_for_stock_and_lowering_does_not() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(100, 10);
    let line = add(&customer, shoes.variation_id, 5).await;

    let too_many = customer.patch(&url(&line), json!({ "quantity": 11 })).await;
    app.edit(shoes.variation_id, |shoes| shoes.sellable = false);
    let hidden = customer.patch(&url(&line), json!({ "quantity": 6 })).await;
    app.products.set_down(true);
    let unsure = customer.patch(&url(&line), json!({ "quantity": 6 })).await;
    let lowered = customer.patch(&url(&line), json!({ "quantity": 4 })).await;

    assert_eq!(too_many.problem(), (409, "out-of-stock"));
    assert_eq!(hidden.problem(), (409, "not-for-sale"));
    assert_eq!(unsure.problem(), (503, "unavailable"));
    assert_eq!((lowered.status, &lowered.body["quantity"]), (200, &json!(4)));
}

#[actix_web::test]
async fn a_change_shows_the_price_of_now() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(100, 10);
    let line = add(&customer, shoes.variation_id, 1).await;
    app.edit(shoes.variation_id, |shoes| shoes.price = azn(90));

    let changed = customer.patch(&url(&line), json!({ "quantity": 2 })).await;

    assert_eq!(
        (&changed.body["unit_price"], &changed.body["notice"]),
        (&json!(azn(90)), &json!("price_changed"))
    );
    assert_eq!(cart(&customer).await["notices"], json!([]));
}

#[actix_web::test]
async fn a_stale_version_is_refused() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(100, 10).variation_id, 1).await;
    let version = |version: i32| customer.clone().with("If-Match", format!("\"{version}\""));

    let stale = version(1).patch(&url(&line), json!({ "quantity": 2 })).await;
    let fresh = version(2).patch(&url(&line), json!({ "quantity": 2 })).await;

    assert_eq!(stale.problem(), (412, "stale"));
    assert_eq!((fresh.status, fresh.header("etag")), (200, Some("\"3\"")));
}

#[actix_web::test]
async fn only_lines_of_ones_own_cart_can_be_changed() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(100, 10).variation_id, 1).await;
    let body = json!({ "quantity": 2 });

    let of_another = app.customer().patch(&url(&line), body.clone()).await;
    let of_nobody = customer
        .patch(&format!("{ITEMS}/{}", Uuid::now_v7()), body.clone())
        .await;
    let no_id = customer.patch(&format!("{ITEMS}/shoes"), body.clone()).await;
    let no_token = app.server.anonymous().patch(&url(&line), body).await;

    assert_eq!(of_another.problem(), (404, "not-found"));
    assert_eq!(of_nobody.problem(), (404, "not-found"));
    assert_eq!(no_id.problem(), (404, "not-found"));
    assert_eq!(no_token.problem(), (401, "authentication-required"));
    assert_eq!(only_line(&customer).await["quantity"], 1);
}

#[actix_web::test]
async fn a_quantity_is_1_to_999() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(100, 5000).variation_id, 1).await;

    for body in [
        json!({ "quantity": 0 }),
        json!({ "quantity": 1000 }),
        json!({}),
        json!({ "quantity": 1, "x": 1 }),
    ] {
        let response = customer.patch(&url(&line), body).await;
        assert_eq!(response.problem(), (422, "validation-failed"));
    }
}
