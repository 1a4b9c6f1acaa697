use serde_json::{Value, json};
use souk_contracts::Envelope;
use souk_testkit::{assert_exports_only, exported};
use uuid::Uuid;

use crate::harness::TestApp;
use crate::story::{BUYER, OWNER, SHOP, item, order};

/// What a customer may see of events: what the API shows of the things that they are about.
const CUSTOMERS: [&str; 49] = [
    "events.id",
    "events.type",
    "events.time",
    "events.data.user_id",
    "events.data.is_active",
    "events.data.is_verified",
    "events.data.role",
    "events.data.changed",
    "events.data.order_id",
    "events.data.number",
    "events.data.currency",
    "events.data.totals.subtotal.amount",
    "events.data.totals.subtotal.currency",
    "events.data.totals.shipping.amount",
    "events.data.totals.shipping.currency",
    "events.data.totals.tax.amount",
    "events.data.totals.tax.currency",
    "events.data.totals.discount.amount",
    "events.data.totals.discount.currency",
    "events.data.totals.total.amount",
    "events.data.totals.total.currency",
    "events.data.items.order_item_id",
    "events.data.items.sub_order_id",
    "events.data.items.shop_id",
    "events.data.items.product_id",
    "events.data.items.variation_id",
    "events.data.items.title",
    "events.data.items.sku",
    "events.data.items.options.*",
    "events.data.items.quantity",
    "events.data.items.unit_price.amount",
    "events.data.items.unit_price.currency",
    "events.data.order_item_id",
    "events.data.sub_order_id",
    "events.data.shop_id",
    "events.data.product_id",
    "events.data.variation_id",
    "events.data.title",
    "events.data.sku",
    "events.data.options.*",
    "events.data.quantity",
    "events.data.unit_price.amount",
    "events.data.unit_price.currency",
    "events.data.from",
    "events.data.to",
    "events.data.reason",
    "events.data.carrier",
    "events.data.tracking_number",
    "events.data.wishlist_item_id",
];

/// The same for the owner of a shop.
const OWNERS: [&str; 37] = [
    "events.id",
    "events.type",
    "events.time",
    "events.data.shop_id",
    "events.data.owner_id",
    "events.data.name",
    "events.data.slug",
    "events.data.about",
    "events.data.logo_url",
    "events.data.is_verified",
    "events.data.status",
    "events.data.reason",
    "events.data.product_id",
    "events.data.title",
    "events.data.sku",
    "events.data.category_ids",
    "events.data.categories.id",
    "events.data.categories.name",
    "events.data.categories.slug",
    "events.data.attributes.*",
    "events.data.is_active",
    "events.data.on_sale",
    "events.data.top_sale",
    "events.data.top_popular",
    "events.data.rating.average_x100",
    "events.data.rating.count",
    "events.data.images",
    "events.data.created_at",
    "events.data.variations.variation_id",
    "events.data.variations.options.*",
    "events.data.variations.price.amount",
    "events.data.variations.price.currency",
    "events.data.variations.original_price.amount",
    "events.data.variations.original_price.currency",
    "events.data.variations.available",
    "events.data.variations.stock_version",
    "events.data.variations.images",
];

/// The sample of every event that names an account, of a customer or of an owner.
fn every_event(of: Uuid, member: &str) -> Vec<Envelope<Value>> {
    let named = |kind: &str| {
        let sample = souk_contracts::info(kind).unwrap().sample;
        let mut event = Envelope::decode_any(sample.as_bytes()).unwrap();
        event.id = Uuid::now_v7();
        event.data.get(member)?;
        event.data[member] = json!(of);
        if kind == "order.item.status.updated" {
            event.data["reason"] = json!("Out of stock");
        }
        Some(event)
    };
    souk_contracts::EVENTS
        .iter()
        .filter(|event| event.kind != "user.deleted")
        .filter_map(|event| named(event.kind))
        .collect()
}

#[actix_web::test]
async fn an_export_holds_only_what_its_person_may_see() {
    let app = TestApp::new().await;
    let mut unknown = every_event(BUYER, "user_id").remove(0);
    unknown.id = Uuid::now_v7();
    unknown.kind = "user.rated".into();
    unknown.data["score"] = json!(9_876_543_219_i64);
    app.take(every_event(BUYER, "user_id")).await;
    app.take(every_event(OWNER, "owner_id")).await;
    app.take(vec![unknown]).await;

    let of_customer = exported(app.server(), BUYER).await;
    let of_owner = exported(app.server(), OWNER).await;

    assert_exports_only(&of_customer, &CUSTOMERS);
    assert_exports_only(&of_owner, &OWNERS);
    let text = serde_json::to_string(&of_customer).unwrap();
    assert!(
        !text.contains("cost_price") && !text.contains("9876543219"),
        "{text}"
    );
    assert!(
        of_customer["events"]
            .iter()
            .any(|event| event["type"] == "user.rated")
    );
}

#[actix_web::test]
async fn a_customer_is_told_every_event_of_the_log_that_names_them() {
    let app = TestApp::new().await;
    let story = order(vec![item(SHOP, 11, 2)], "2026-03-01T10:00:00Z");
    app.take(vec![story.created()]).await;

    let kept = exported(app.server(), BUYER).await;

    assert_eq!(kept["events"].len(), 1);
    assert_eq!(kept["events"][0]["type"], "order.created");
    assert_eq!(kept["events"][0]["data"]["user_id"], json!(BUYER));
    assert!(exported(app.server(), Uuid::now_v7()).await["events"].is_empty());
}

#[actix_web::test]
async fn a_long_log_is_told_page_by_page() {
    let app = TestApp::new().await;
    let created = |n: u32| {
        order(
            vec![item(SHOP, 11, 1)],
            &format!("2026-03-01T10:{:02}:00Z", n % 60),
        )
        .created()
    };
    app.take((0..1100).map(created).collect()).await;

    let kept = exported(app.server(), BUYER).await;

    let mut ids: Vec<_> = kept["events"]
        .iter()
        .map(|event| event["id"].to_string())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 1100);
}
