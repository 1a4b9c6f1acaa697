use serde_json::json;
use souk_testkit::exported;
use uuid::Uuid;

use crate::app::{TestApp, wish_for};

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
