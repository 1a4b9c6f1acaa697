use serde_json::json;
use souk_testkit::{assert_exports_only, exported};
use uuid::Uuid;

use crate::app::{TestApp, azn, boots, id, variation};
use crate::reservations::{RESERVATIONS, line};

/// What an owner may see: what `GET /products` and the stock ledger show to owners.
const OWNERS: [&str; 27] = [
    "products.id",
    "products.shop_id",
    "products.title",
    "products.about",
    "products.sku",
    "products.category_ids",
    "products.attributes.*",
    "products.is_active",
    "products.deleted_at",
    "products.created_at",
    "products.updated_at",
    "products.variations.id",
    "products.variations.options.*",
    "products.variations.currency",
    "products.variations.price",
    "products.variations.original_price",
    "products.variations.cost_price",
    "products.variations.deleted_at",
    "products.variations.available",
    "products.variations.low_stock_threshold",
    "stock_ledger.id",
    "stock_ledger.variation_id",
    "stock_ledger.delta",
    "stock_ledger.reason",
    "stock_ledger.actor_id",
    "stock_ledger.note",
    "stock_ledger.created_at",
];

/// What a customer may see of what was held for them: what their cart and order show.
const CUSTOMERS: [&str; 15] = [
    "reservations.id",
    "reservations.status",
    "reservations.order_id",
    "reservations.created_at",
    "reservations.expires_at",
    "reservations.ended_at",
    "reservations.lines.variation_id",
    "reservations.lines.product_id",
    "reservations.lines.shop_id",
    "reservations.lines.title",
    "reservations.lines.sku",
    "reservations.lines.options.*",
    "reservations.lines.quantity",
    "reservations.lines.price.amount",
    "reservations.lines.price.currency",
];

#[actix_web::test]
async fn an_export_holds_only_what_its_person_may_see() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let category = app
        .server
        .admin()
        .post("/api/v1/categories", json!({ "name": "Shoes" }))
        .await;
    let mut body = boots(json!([variation("42", 1000, 5)]));
    body["variations"][0]["cost_price"] = azn(9_876_543_219);
    body["attributes"] = json!({ "material": "leather" });
    body["category_ids"] = json!([category.body["id"]]);
    let product = owner.adds(body).await;
    let boots = id(&product["variations"][0]);
    let customer = app.customer().user_id();
    let request = json!({ "reservation_id": Uuid::now_v7(), "user_id": customer, "lines": [line(boots, 2)] });
    let held = app
        .order_svc()
        .post(RESERVATIONS, json!({ "requests": [request] }))
        .await;
    assert_eq!(held.status, 200, "{held:?}");

    let of_owner = exported(&app.server, owner.client.user_id()).await;
    let of_customer = exported(&app.server, customer).await;

    assert_exports_only(&of_owner, &OWNERS);
    assert_eq!(
        of_owner["products"][0]["variations"][0]["cost_price"],
        9_876_543_219_i64
    );
    assert_exports_only(&of_customer, &CUSTOMERS);
    let text = serde_json::to_string(&of_customer).unwrap();
    assert!(!text.contains("9876543219"), "{text}");
    assert!(!text.contains(&owner.client.user_id().to_string()), "{text}");
}

#[actix_web::test]
async fn an_owner_is_told_the_products_and_every_change_of_stock() {
    let app = TestApp::new().await;
    let (owner, other) = (app.owner().await, app.owner().await);
    let boots = owner.sells(5).await;
    owner.sells(7).await;
    other.sells(9).await;
    assert_eq!(owner.changes_stock(boots, 3, "restock").await.status, 201);

    let kept = exported(&app.server, owner.client.user_id()).await;

    assert_eq!((kept["products"].len(), kept["stock_ledger"].len()), (2, 3));
    assert_eq!(kept["products"][0]["title"], "Winter boots");
    assert_eq!(kept["products"][0]["variations"][0]["available"], 8);
    let deltas: i64 = kept["stock_ledger"]
        .iter()
        .map(|entry| entry["delta"].as_i64().unwrap())
        .sum();
    assert_eq!(deltas, 15);
}

#[actix_web::test]
async fn a_long_ledger_is_told_page_by_page() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let (boots, shoes) = (owner.sells(5).await, owner.sells(5).await);
    app.run(&format!(
        "insert into stock_ledger (variation_id, delta, reason)
         select v, 1, 'restock' from generate_series(1, 1500) n, unnest(array['{boots}', '{shoes}']::uuid[]) v"
    ))
    .await;

    let kept = exported(&app.server, owner.client.user_id()).await;

    let mut ids: Vec<_> = kept["stock_ledger"]
        .iter()
        .map(|entry| entry["id"].as_i64().unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3002);
    let customer = exported(&app.server, app.customer().user_id()).await;
    assert!(customer["products"].is_empty());
}
