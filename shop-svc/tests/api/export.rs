use chrono::Utc;
use shop_svc::domain::{ItemLine, NewOrderItem};
use shop_svc::ops;
use souk_testkit::exported;
use uuid::Uuid;

use crate::app::{Owned, TestApp};

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
    assert_eq!(kept["sales"][0]["line"]["title"], "Belt");
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
