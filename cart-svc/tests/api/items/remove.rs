//! `DELETE /cart/items/{item_id}` and `DELETE /cart/items`

use serde_json::json;

use crate::app::{ITEMS, TestApp, add, cart, only_line, url};

#[actix_web::test]
async fn a_line_can_be_taken_out_once() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(100, 10).variation_id, 1).await;
    let kept = add(&customer, app.sells(100, 10).variation_id, 1).await;

    let gone = customer.delete(&url(&line)).await;
    let again = customer.delete(&url(&line)).await;

    assert_eq!((gone.status, again.problem()), (204, (404, "not-found")));
    assert_eq!(only_line(&customer).await["id"], kept["id"]);
}

#[actix_web::test]
async fn an_outage_of_products_does_not_keep_lines_in() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(100, 10).variation_id, 1).await;
    app.products.set_down(true);

    assert_eq!(customer.delete(&url(&line)).await.status, 204);
    assert_eq!(cart(&customer).await["lines"], json!([]));
}

#[actix_web::test]
async fn a_cart_can_be_emptied_twice() {
    let app = TestApp::new().await;
    let customer = app.customer();
    add(&customer, app.sells(100, 10).variation_id, 1).await;
    add(&customer, app.sells(100, 10).variation_id, 1).await;

    let emptied = customer.delete(ITEMS).await;
    let version = cart(&customer).await["version"].clone();
    let again = customer.delete(ITEMS).await;

    assert_eq!((emptied.status, again.status), (204, 204));
    let cart = cart(&customer).await;
    assert_eq!((&cart["lines"], &cart["version"]), (&json!([]), &version));
}

#[actix_web::test]
async fn a_stale_version_is_refused() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(100, 10).variation_id, 1).await;
    let stale = customer.clone().with("If-Match", "\"1\"");

    assert_eq!(stale.delete(&url(&line)).await.problem(), (412, "stale"));
    assert_eq!(stale.delete(ITEMS).await.problem(), (412, "stale"));
    only_line(&customer).await;
}

#[actix_web::test]
async fn only_ones_own_lines_can_be_taken_out() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(100, 10).variation_id, 1).await;

    let other = app.customer();
    assert_eq!(other.delete(&url(&line)).await.problem(), (404, "not-found"));
    assert_eq!(other.delete(ITEMS).await.status, 204);
    let nobody = app.server.anonymous();
    assert_eq!(
        nobody.delete(&url(&line)).await.problem(),
        (401, "authentication-required")
    );
    assert_eq!(
        nobody.delete(ITEMS).await.problem(),
        (401, "authentication-required")
    );
    only_line(&customer).await;
}
