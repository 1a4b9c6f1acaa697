use serde_json::json;
use souk_testkit::{assert_exports_only, exported};
use uuid::Uuid;

use crate::app::{TestApp, wish_for};

/// What a customer may see: what `GET /wishlist` shows.
const ALLOWED: [&str; 5] = [
    "wishes.id",
    "wishes.variation_id",
    "wishes.product_id",
    "wishes.shop_id",
    "wishes.created_at",
];

#[actix_web::test]
async fn an_export_holds_only_what_its_customer_may_see() {
    let app = TestApp::new().await;
    let me = app.customer();
    wish_for(&me, app.sells(1000, 5).variation_id).await;

    assert_exports_only(&exported(&app.server, me.user_id()).await, &ALLOWED);
}

#[actix_web::test]
async fn a_customer_is_told_every_wish() {
    let app = TestApp::new().await;
    let (me, other) = (app.customer(), app.customer());
    let shoes = app.sells(1000, 5);
    wish_for(&me, shoes.variation_id).await;
    wish_for(&other, shoes.variation_id).await;

    let kept = exported(&app.server, me.user_id()).await;

    assert_eq!(kept["wishes"].len(), 1);
    assert_eq!(kept["wishes"][0]["variation_id"], json!(shoes.variation_id));
    assert!(exported(&app.server, Uuid::now_v7()).await["wishes"].is_empty());
}
