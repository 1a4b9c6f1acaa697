use chrono::Utc;
use serde_json::json;
use shop_svc::domain::{ItemLine, NewOrderItem};
use shop_svc::ops;
use souk_testkit::{assert_exports_only, exported};
use uuid::Uuid;

use crate::app::{Owned, TestApp};

/// What an owner may see: what `GET /shops/{id}`, its history and its order items show.
const ALLOWED: [&str; 36] = [
    "shops.id",
    "shops.owner_id",
    "shops.name",
    "shops.slug",
    "shops.about",
    "shops.logo_url",
    "shops.status",
    "shops.status_reason",
    "shops.is_verified",
    "shops.created_at",
    "shops.updated_at",
    "shops.history.id",
    "shops.history.action",
    "shops.history.from",
    "shops.history.to",
    "shops.history.actor",
    "shops.history.reason",
    "shops.history.at",
    "sales.id",
    "sales.order_id",
    "sales.order_number",
    "sales.sub_order_id",
    "sales.shop_id",
    "sales.product_id",
    "sales.variation_id",
    "sales.title",
    "sales.sku",
    "sales.options.*",
    "sales.quantity",
    "sales.unit_price",
    "sales.currency",
    "sales.status",
    "sales.reason",
    "sales.carrier",
    "sales.tracking_number",
    "sales.ordered_at",
];

#[actix_web::test]
async fn an_export_holds_only_what_the_owner_may_see() {
    let app = TestApp::new().await;
    let shop = app.rejected().await;
    shop.owner.post(&shop.url("resubmit"), json!({})).await;
    let admin = app.server.admin();
    admin.post(&shop.url("approve"), json!({})).await;
    let item = shop.item("2026-02-01T12:00:00Z");
    app.ordered(&item).await;

    let kept = exported(&app.server, shop.owner.user_id()).await;

    assert_exports_only(&kept, &ALLOWED);
    let text = serde_json::to_string(&kept).unwrap();
    for secret in [admin.user_id(), item.customer_id].map(|id| id.to_string()) {
        assert!(!text.contains(&secret), "{secret} in {text}");
    }
}

async fn sell(app: &TestApp, shop: &Owned) -> Uuid {
    let customer_id = Uuid::now_v7();
    let item = NewOrderItem {
        id: Uuid::now_v7(),
        order_id: Uuid::now_v7(),
        shop_id: shop.id,
        customer_id,
        product_id: Uuid::now_v7(),
        variation_id: Uuid::now_v7(),
        quantity: 1,
        unit_price: 500,
        currency: "AZN".into(),
        version: 1,
        at: Utc::now(),
    };
    let line = ItemLine {
        order_number: "SK-7F3K-9Q2M".into(),
        sub_order_id: Uuid::now_v7(),
        title: "Belt".into(),
        sku: "B-1".into(),
        options: [].into(),
    };
    app.db
        .db()
        .transaction(async |tx| ops::keep_order_items(tx, &[(item, line)]).await)
        .await
        .unwrap();
    customer_id
}

#[actix_web::test]
async fn an_owner_is_told_the_shop_its_history_and_its_sales() {
    let app = TestApp::new().await;
    let (shop, other) = (app.approved().await, app.approved().await);
    let customer = sell(&app, &shop).await;
    sell(&app, &shop).await;
    sell(&app, &other).await;

    let kept = exported(&app.server, shop.owner.user_id()).await;

    assert_eq!(kept["shops"].len(), 1);
    assert_eq!(kept["shops"][0]["slug"], shop.body["slug"]);
    assert_eq!(kept["shops"][0]["history"].as_array().unwrap().len(), 2);
    assert_eq!(kept["sales"].len(), 2);
    assert_eq!(kept["sales"][0]["title"], "Belt");
    let text = serde_json::to_string(&kept).unwrap();
    assert!(
        !text.contains(&customer.to_string()),
        "customers are not the shop's to tell"
    );
}

#[actix_web::test]
async fn somebody_without_a_shop_has_nothing_here() {
    let app = TestApp::new().await;
    app.approved().await;

    let kept = exported(&app.server, Uuid::now_v7()).await;

    assert!(kept.values().all(Vec::is_empty), "{kept:?}");
}
