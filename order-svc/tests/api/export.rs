use serde_json::json;
use souk_testkit::{assert_exports_only, exported};

use crate::app::TestApp;
use crate::world::COST;

/// What a customer may see of orders: what `GET /orders` shows.
const ALLOWED: [&str; 41] = [
    "orders.id",
    "orders.number",
    "orders.user_id",
    "orders.status",
    "orders.currency",
    "orders.subtotal",
    "orders.shipping",
    "orders.tax",
    "orders.discount",
    "orders.total",
    "orders.note",
    "orders.created_at",
    "orders.shipping_address.name",
    "orders.shipping_address.line1",
    "orders.shipping_address.line2",
    "orders.shipping_address.city",
    "orders.shipping_address.region",
    "orders.shipping_address.postal_code",
    "orders.shipping_address.country",
    "orders.shipping_address.phone_number",
    "orders.sub_orders.id",
    "orders.sub_orders.shop_id",
    "orders.sub_orders.status",
    "orders.sub_orders.subtotal",
    "orders.items.id",
    "orders.items.sub_order_id",
    "orders.items.product_id",
    "orders.items.variation_id",
    "orders.items.title",
    "orders.items.sku",
    "orders.items.options.*",
    "orders.items.quantity",
    "orders.items.unit_price",
    "orders.items.status",
    "orders.items.carrier",
    "orders.items.tracking_number",
    "orders.timeline.at",
    "orders.timeline.actor",
    "orders.timeline.what",
    "orders.timeline.item_id",
    "orders.timeline.reason",
];

#[actix_web::test]
async fn an_export_holds_only_what_its_customer_may_see() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let admin = app.server.admin();
    let shipped = json!({ "status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ1" });
    let owner = app.owner(&buyer.things[1]);
    let cancelled = admin
        .post(
            &order.item_url(0, "cancel"),
            json!({ "reason": "asked to by phone" }),
        )
        .await;
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    let left = owner.patch(&order.item_url(1, "status"), shipped).await;
    assert_eq!(left.status, 200, "{left:?}");

    let kept = exported(&app.server, buyer.id()).await;

    assert_exports_only(&kept, &ALLOWED);
    let text = serde_json::to_string(&kept).unwrap();
    for secret in [admin.user_id(), owner.user_id()].map(|id| id.to_string()) {
        assert!(!text.contains(&secret), "{secret} in {text}");
    }
    assert!(!text.contains(&COST.to_string()), "{text}");
}

#[actix_web::test]
async fn a_customer_is_told_every_order_with_its_story() {
    let app = TestApp::new().await;
    let (buyer, other) = (app.buyer(), app.buyer());
    let order = app.order_by(&buyer).await;
    app.order_by(&other).await;

    let kept = exported(&app.server, buyer.id()).await;

    let orders = &kept["orders"];
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0]["number"], order.body["number"]);
    assert_eq!(orders[0]["shipping_address"]["line1"], "Nizami 12");
    assert_eq!(orders[0]["sub_orders"].as_array().unwrap().len(), 2);
    assert_eq!(orders[0]["items"].as_array().unwrap().len(), 2);
    assert_eq!(orders[0]["timeline"][0]["what"], "placed");
    assert!(!orders[0].to_string().contains("owner_id"));
}

#[actix_web::test]
async fn many_orders_are_told_page_by_page() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    app.order_by(&buyer).await;
    app.sql(
        "insert into orders (id, number, user_id, previous_order_id, reservation_id, status, currency, subtotal,
                             total, shipping_address, created_at)
         select gen_random_uuid(), 'N' || n, user_id, gen_random_uuid(), gen_random_uuid(), status, currency,
                subtotal, total, shipping_address, created_at
         from orders, generate_series(1, 120) n",
    )
    .await;

    let kept = exported(&app.server, buyer.id()).await;

    let mut numbers: Vec<_> = kept["orders"]
        .iter()
        .map(|order| order["number"].to_string())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!((kept["orders"].len(), numbers.len()), (121, 121));
    assert!(exported(&app.server, uuid::Uuid::now_v7()).await["orders"].is_empty());
}
