//! `DELETE /wishlist/items/{item_id}`

use serde_json::json;
use uuid::Uuid;

use crate::app::{ITEMS, TestApp, items, url, wish_for};

#[actix_web::test]
async fn a_wish_can_be_taken_back_once() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let item = wish_for(&customer, app.sells(1, 1).variation_id).await;
    let kept = wish_for(&customer, app.sells(1, 1).variation_id).await;

    let gone = customer.delete(&url(&item)).await;
    let again = customer.delete(&url(&item)).await;

    assert_eq!((gone.status, again.problem()), (204, (404, "not-found")));
    assert_eq!(items(&customer).await, [kept]);
    let told = app.db.published_of("wishlist.deleted").await;
    assert_eq!((told.len(), told[0].version), (1, Some(2)));
    assert_eq!(told[0].data["wishlist_item_id"], item["id"]);
}

#[actix_web::test]
async fn what_was_taken_back_can_be_wished_for_again() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1, 1);
    let item = wish_for(&customer, shoes.variation_id).await;
    customer.delete(&url(&item)).await;

    let again = wish_for(&customer, shoes.variation_id).await;

    assert_ne!(again["id"], item["id"]);
}

#[actix_web::test]
async fn only_ones_own_wishes_can_be_taken_back() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let item = wish_for(&customer, app.sells(1, 1).variation_id).await;

    assert_eq!(
        app.customer().delete(&url(&item)).await.problem(),
        (404, "not-found")
    );
    assert_eq!(
        customer
            .delete(&format!("{ITEMS}/{}", Uuid::now_v7()))
            .await
            .problem(),
        (404, "not-found")
    );
    assert_eq!(
        customer.delete(&format!("{ITEMS}/shoes")).await.problem(),
        (404, "not-found")
    );
    assert_eq!(
        app.server.anonymous().delete(&url(&item)).await.problem(),
        (401, "authentication-required")
    );
    assert_eq!(items(&customer).await[0]["id"], json!(item["id"]));
}
