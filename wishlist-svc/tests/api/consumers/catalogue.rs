//! `wishlist-svc.catalogue`

use souk_clients::product::VariationSnapshot;
use souk_contracts::Envelope;
use souk_contracts::events::ProductDeleted;
use wishlist_svc::consumers::{OnProductDeleted, OnStockChanged};

use super::{stock, tell_product, tell_stock};
use crate::app::{TestApp, items, try_wish_for, wish_for};

async fn delete(app: &TestApp, of: &VariationSnapshot, version: i64) {
    let event = ProductDeleted {
        product_id: of.product_id,
        shop_id: of.shop_id,
    };
    app.tell(&OnProductDeleted, Envelope::new(event, Some(version)))
        .await;
}

#[actix_web::test]
async fn wishes_for_a_deleted_product_go_from_all_wishlists_and_are_told_once() {
    let app = TestApp::new().await;
    let (one, two) = (app.customer(), app.customer());
    let (shoes, hat) = (app.sells(1299, 10), app.sells(500, 10));
    wish_for(&one, shoes.variation_id).await;
    wish_for(&two, shoes.variation_id).await;
    let kept = wish_for(&two, hat.variation_id).await;

    delete(&app, &shoes, 3).await;
    delete(&app, &shoes, 3).await;

    assert_eq!(app.db.published_of("wishlist.deleted").await.len(), 2);
    assert!(items(&one).await.is_empty());
    assert_eq!(items(&two).await, [kept]);
}

#[actix_web::test]
async fn a_deletion_that_comes_before_the_product_is_kept() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    delete(&app, &shoes, 3).await;
    tell_product(&app, &shoes, 2, |_| {}).await;
    app.edit(shoes.variation_id, |shoes| shoes.archived = true);

    let response = try_wish_for(&customer, shoes.variation_id).await;

    assert_eq!(response.problem(), (422, "unknown-variation"));
}

#[actix_web::test]
async fn an_answer_that_a_deletion_overtook_shows_nothing() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    app.has_shop(shoes.shop_id, souk_contracts::events::ShopStatus::Approved, 2);
    delete(&app, &shoes, 3).await;

    wish_for(&customer, shoes.variation_id).await;

    assert!(items(&customer).await.is_empty());
}

#[actix_web::test]
async fn wishes_for_a_variation_that_its_product_has_no_more_go() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    wish_for(&customer, shoes.variation_id).await;

    for version in [2, 2, 1] {
        tell_product(&app, &shoes, version, |product| product.variations.clear()).await;
    }

    assert!(items(&customer).await.is_empty());
    assert_eq!(app.db.published_of("wishlist.deleted").await.len(), 1);
}

#[actix_web::test]
async fn an_older_event_that_does_not_know_a_variation_yet_takes_no_wish() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    app.edit(shoes.variation_id, |shoes| shoes.product_version = 2);
    wish_for(&customer, shoes.variation_id).await;

    tell_product(&app, &shoes, 1, |product| product.variations.clear()).await;
    assert_eq!(items(&customer).await.len(), 1);
    tell_product(&app, &shoes, 2, |_| {}).await;
    assert_eq!(items(&customer).await.len(), 1);
    tell_product(&app, &shoes, 3, |product| product.variations.clear()).await;

    assert!(items(&customer).await.is_empty());
    assert_eq!(app.db.published_of("wishlist.deleted").await.len(), 1);
}

#[actix_web::test]
async fn stock_that_comes_before_its_product_is_shown_with_it() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    tell_stock(&app, &shoes, 3, 9).await;
    tell_product(&app, &shoes, 1, |_| {}).await;
    app.products.set_down(true);

    let item = wish_for(&customer, shoes.variation_id).await;

    assert_eq!(item["available"], 3);
}

#[actix_web::test]
async fn of_stock_that_is_told_together_the_newest_counts() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    wish_for(&customer, shoes.variation_id).await;

    let told = [(4, 5), (9, 3), (6, 8), (7, 2)];
    let told = told.map(|(available, version)| stock(&shoes, available, version));
    app.db.tell_all(&OnStockChanged, told.to_vec()).await.unwrap();
    app.products.set_down(true);

    assert_eq!(items(&customer).await[0]["available"], 6);
}
