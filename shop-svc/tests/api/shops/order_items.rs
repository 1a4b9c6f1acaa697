use serde_json::{Value, json};
use shop_svc::domain::{ItemStatus, NewOrderItem};
use uuid::Uuid;

use crate::app::{Owned, TestApp};

async fn list(shop: &Owned, query: &str) -> Value {
    let response = shop.owner.get(&shop.url(&format!("order-items?{query}"))).await;
    assert_eq!(response.status, 200, "{response:?}");
    response.body
}

fn ids(body: &Value) -> Vec<String> {
    body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn three(app: &TestApp, shop: &Owned) -> [NewOrderItem; 3] {
    let items = [
        "2026-02-01T12:00:00Z",
        "2026-02-02T12:00:00Z",
        "2026-02-03T12:00:00Z",
    ]
    .map(|at| shop.item(at));
    for item in &items {
        app.ordered(item).await;
    }
    items
}

#[actix_web::test]
async fn an_item_is_shown_as_it_was_ordered() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let item = shop.item("2026-02-01T12:00:00Z");
    app.ordered(&item).await;

    let body = list(&shop, "").await;

    let expected = json!({
        "id": item.id,
        "order_id": item.order_id,
        "order_number": "SK-7F3K-9Q2M",
        "sub_order_id": Uuid::nil(),
        "shop_id": shop.id,
        "product_id": item.product_id,
        "variation_id": item.variation_id,
        "title": "Weekend bag",
        "sku": "CL-WB-01",
        "options": { "color": "brown" },
        "quantity": 2,
        "unit_price": { "amount": 12900, "currency": "AZN" },
        "line_total": { "amount": 25800, "currency": "AZN" },
        "status": "processing",
        "reason": null,
        "carrier": null,
        "tracking_number": null,
        "ordered_at": "2026-02-01T12:00:00Z",
    });
    assert_eq!(body, json!({ "items": [expected], "next_cursor": null }));
}

#[actix_web::test]
async fn items_are_newest_first_and_come_in_pages() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let [one, two, three] = three(&app, &shop).await;

    let first = list(&shop, "limit=2").await;
    app.ordered(&shop.item("2026-02-04T12:00:00Z")).await;
    let second = list(
        &shop,
        &format!("limit=2&cursor={}", first["next_cursor"].as_str().unwrap()),
    )
    .await;

    assert_eq!(ids(&first), [three.id.to_string(), two.id.to_string()]);
    assert_eq!(ids(&second), [one.id.to_string()]);
}

#[actix_web::test]
async fn items_are_filtered_by_status_and_time() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let [one, two, three] = three(&app, &shop).await;
    app.moved(&two, ItemStatus::Shipped).await;

    assert_eq!(ids(&list(&shop, "status=shipped").await), [two.id.to_string()]);
    assert_eq!(
        ids(&list(&shop, "status=processing").await),
        [three.id.to_string(), one.id.to_string()]
    );
    let from_to = "from=2026-02-01T12:00:00Z&to=2026-02-03T12:00:00Z";
    assert_eq!(
        ids(&list(&shop, from_to).await),
        [two.id.to_string(), one.id.to_string()]
    );
}

#[actix_web::test]
async fn a_shop_sees_only_its_own_items() {
    let app = TestApp::new().await;
    let (shop, other) = (app.approved().await, app.approved().await);
    app.ordered(&other.item("2026-02-01T12:00:00Z")).await;

    assert!(ids(&list(&shop, "").await).is_empty());
    assert_eq!(ids(&list(&other, "").await).len(), 1);
}

#[actix_web::test]
async fn the_items_are_for_owner_and_admins() {
    let app = TestApp::new().await;
    let (public, hidden) = (app.approved().await, app.pending().await);
    let path = public.url("order-items");

    assert_eq!(app.server.admin().get(&path).await.status, 200);
    assert_eq!(hidden.owner.get(&path).await.problem(), (403, "not-your-shop"));
    assert_eq!(
        app.someone().get(&hidden.url("order-items")).await.problem(),
        (404, "not-found")
    );
    assert_eq!(
        app.server.anonymous().get(&path).await.problem(),
        (401, "authentication-required")
    );
}

#[actix_web::test]
async fn bad_queries_are_refused() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    for query in [
        "status=lost",
        "from=yesterday",
        "to=2026",
        "limit=0",
        "cursor=zzz",
    ] {
        let response = shop.owner.get(&shop.url(&format!("order-items?{query}"))).await;

        assert_eq!(response.status, 422, "{query}");
    }
}

#[actix_web::test]
async fn an_export_has_a_line_for_each_item() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let items = three(&app, &shop).await;

    let url = shop.url("order-items/export?from=2026-02-02T00:00:00Z");
    let response = shop.owner.get(&url).await;

    assert_eq!(response.status, 200, "{response:?}");
    let text = String::from_utf8(response.bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("order_number,order_id,ordered_at"));
    assert!(lines[1].contains(&items[2].id.to_string()), "{text}");
    assert!(
        lines[2].contains(",CL-WB-01,Weekend bag,color: brown,2,AZN,12900,25800,processing,,"),
        "{text}"
    );
}

#[actix_web::test]
async fn an_export_is_for_owner_and_admins() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let url = shop.url("order-items/export");

    assert_eq!(app.server.anonymous().get(&url).await.status, 401);
    assert_eq!(app.someone().get(&url).await.status, 403);
    assert_eq!(app.server.admin().get(&url).await.status, 200);
}
