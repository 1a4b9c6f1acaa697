use souk_testkit::{assert_exports_only, exported};
use uuid::Uuid;

use crate::app::{TestApp, add};

/// What a customer may see: what `GET /cart` shows.
const ALLOWED: [&str; 8] = [
    "carts.version",
    "carts.created_at",
    "carts.lines.id",
    "carts.lines.variation_id",
    "carts.lines.quantity",
    "carts.lines.price_amount",
    "carts.lines.price_currency",
    "carts.lines.added_at",
];

#[actix_web::test]
async fn an_export_holds_only_what_its_customer_may_see() {
    let app = TestApp::new().await;
    let me = app.customer();
    add(&me, app.sells(1000, 5).variation_id, 2).await;

    assert_exports_only(&exported(&app.server, me.user_id()).await, &ALLOWED);
}

#[actix_web::test]
async fn a_customer_is_told_the_cart() {
    let app = TestApp::new().await;
    let (me, other) = (app.customer(), app.customer());
    let shoes = app.sells(1000, 5);
    add(&me, shoes.variation_id, 2).await;
    add(&other, shoes.variation_id, 1).await;

    let kept = exported(&app.server, me.user_id()).await;

    assert_eq!(kept["carts"].len(), 1);
    let lines = kept["carts"][0]["lines"].as_array().unwrap();
    assert_eq!((lines.len(), lines[0]["quantity"].as_i64()), (1, Some(2)));
    assert!(exported(&app.server, Uuid::now_v7()).await["carts"].is_empty());
}
