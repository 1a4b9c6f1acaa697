//! The routes.

use search_svc::consumers::{OnProductCreated, OnShopSuspended, OnShopUpdated};
use serde_json::json;
use souk_contracts::events::{
    ProductCreated, ProductSnapshot, ShopSnapshot, ShopStatus, ShopSuspended, ShopUpdated,
};
use uuid::Uuid;

use crate::app::{TestApp, texts};
use crate::facts::product;

fn of_shop(id: Uuid) -> String {
    format!("/api/v1/search/shops/{id}/products")
}

#[actix_web::test]
async fn a_search_answers_shops_and_products_as_hits() {
    let app = TestApp::new().await;
    let shop = app.shop("Shoe & Boot Palace").await;
    let mut shoes = product(&shop, "Blue suede shoes");
    shoes.about = Some("Made for <b>walking</b> shoes.".into());
    shoes.images = vec!["/media/a.jpg".into()];
    app.told(OnProductCreated, ProductCreated(shoes.clone()), 1).await;
    app.indexed().await;

    let response = app.search("q=shoos").await;

    assert_eq!(response.status, 200);
    let expected = json!({
        "shops": [{
            "kind": "shop", "id": shop.shop_id, "shop_id": shop.shop_id, "name": "Shoe & Boot Palace",
            "slug": shop.slug, "logo_url": null, "rating": {"average": 0.0, "count": 0},
            "highlights": {"name": "<em>Shoe</em> &amp; Boot Palace"},
        }],
        "products": [{
            "kind": "product", "id": shoes.product_id, "title": "Blue suede shoes",
            "shop_id": shop.shop_id, "shop_name": "Shoe & Boot Palace",
            "variation_id": shoes.variations[0].variation_id, "price_from": {"amount": 1299, "currency": "AZN"},
            "original_price": null, "on_sale": false, "available": true,
            "rating": {"average": 0.0, "count": 0}, "image_url": "/media/a.jpg",
            "highlights": {
                "title": "Blue suede <em>shoes</em>",
                "about": "Made for &lt;b&gt;walking&lt;/b&gt; <em>shoes</em>.",
                "shop_name": "<em>Shoe</em> &amp; Boot Palace",
            },
        }],
        "backend": "embedded",
    });
    assert_eq!(response.body, expected);
}

#[actix_web::test]
async fn typing_errors_find_what_was_meant() {
    let app = TestApp::new().await;
    let shop = app.shop("Ali Baba").await;
    app.product(&shop, "Blue suede shoes").await;
    app.product(&shop, "Leather boots").await;
    app.product(&shop, "Wool hat").await;

    let mut titles = app.titles("shoos%20lether").await;

    titles.sort();
    assert_eq!(titles, ["Blue suede shoes", "Leather boots"]);
}

#[actix_web::test]
async fn nothing_found_is_empty_lists() {
    let app = TestApp::new().await;

    let response = app.search("q=nothing").await;

    assert_eq!(response.status, 200);
    assert_eq!(
        response.body,
        json!({"shops": [], "products": [], "backend": "embedded"})
    );
}

#[actix_web::test]
async fn a_search_is_as_long_as_asked_for() {
    let app = TestApp::new().await;
    let shop = app.shop("Ali Baba").await;
    for n in 0..12 {
        app.product(&shop, &format!("Hat {n}")).await;
    }

    assert_eq!(app.titles("hat").await.len(), 10);
    assert_eq!(app.titles("hat&size=3").await.len(), 3);
    assert_eq!(app.titles("hat&size=50").await.len(), 12);
}

#[actix_web::test]
async fn a_search_for_nothing_or_too_much_is_refused() {
    let app = TestApp::new().await;
    let long = format!("q={}", "a".repeat(201));

    for (query, pointer) in [
        ("", "/q"),
        ("q=", "/q"),
        ("q=%20%20", "/q"),
        (long.as_str(), "/q"),
        ("q=a&size=0", "/size"),
        ("q=a&size=51", "/size"),
        ("q=a&size=x", "/size"),
    ] {
        let response = app.search(query).await;
        assert_eq!(response.problem(), (422, "validation-failed"), "{query}");
        assert_eq!(response.body["errors"][0]["pointer"], pointer, "{query}");
    }
    assert_eq!(
        app.search(&format!("q={}", "%C9%99".repeat(200))).await.status,
        200
    );
}

#[actix_web::test]
async fn a_search_goes_on_when_the_database_is_away() {
    let app = TestApp::new().await;
    let shop = app.shop("Ali Baba").await;
    app.product(&shop, "Straw hat").await;
    app.indexed().await;
    let mut conn = app.db.db().conn().await.unwrap();
    diesel_async::RunQueryDsl::execute(
        diesel::sql_query("alter table products rename to gone"),
        &mut conn,
    )
    .await
    .unwrap();

    assert_eq!(
        texts(&app.search("q=hat").await.body["products"], "title"),
        ["Straw hat"]
    );
}

#[actix_web::test]
async fn a_shops_products_come_in_pages_newest_first() {
    let app = TestApp::new().await;
    let (shop, other) = (app.shop("Ali Baba").await, app.shop("Other").await);
    app.product(&other, "Foreign hat").await;
    for n in 0..5 {
        app.product(&shop, &format!("Hat {n}")).await;
    }
    app.indexed().await;
    let client = app.server.anonymous();

    let first = client.get(&format!("{}?limit=2", of_shop(shop.shop_id))).await;
    app.product(&shop, "Hat 5").await;
    app.indexed().await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let rest = client
        .get(&format!("{}?limit=3&cursor={cursor}", of_shop(shop.shop_id)))
        .await;

    assert_eq!(texts(&first.body["items"], "title"), ["Hat 4", "Hat 3"]);
    assert_eq!(texts(&rest.body["items"], "title"), ["Hat 2", "Hat 1", "Hat 0"]);
    assert_eq!(rest.body["next_cursor"], json!(null));
    assert_eq!(rest.body["items"][0]["highlights"], json!({}));
}

#[actix_web::test]
async fn a_shop_lists_only_what_can_be_seen() {
    let app = TestApp::new().await;
    let shop = app.shop("Ali Baba").await;
    app.product(&shop, "Hat").await;
    let off = ProductSnapshot {
        is_active: false,
        ..product(&shop, "Hidden hat")
    };
    app.told(OnProductCreated, ProductCreated(off), 1).await;
    app.indexed().await;

    let listed = app.server.anonymous().get(&of_shop(shop.shop_id)).await;

    assert_eq!(texts(&listed.body["items"], "title"), ["Hat"]);
}

#[actix_web::test]
async fn a_shop_that_is_hidden_or_unknown_is_not_found() {
    let app = TestApp::new().await;
    let shop = app.shop("Ali Baba").await;
    app.product(&shop, "Hat").await;
    let client = app.server.anonymous();
    let status = ShopStatus::Suspended;
    app.told(
        OnShopSuspended,
        ShopSuspended(ShopSnapshot {
            status,
            ..shop.clone()
        }),
        2,
    )
    .await;

    assert_eq!(
        client.get(&of_shop(shop.shop_id)).await.problem(),
        (404, "not-found")
    );
    assert_eq!(
        client.get(&of_shop(Uuid::now_v7())).await.problem(),
        (404, "not-found")
    );
    assert_eq!(
        client.get("/api/v1/search/shops/nonsense/products").await.status,
        404
    );

    app.told(OnShopUpdated, ShopUpdated(shop.clone()), 3).await;
    assert_eq!(client.get(&of_shop(shop.shop_id)).await.status, 200);
}

#[actix_web::test]
async fn a_page_that_makes_no_sense_is_refused() {
    let app = TestApp::new().await;
    let shop = app.shop("Ali Baba").await;
    let client = app.server.anonymous();

    for query in ["limit=0", "limit=101", "cursor=nonsense"] {
        let response = client.get(&format!("{}?{query}", of_shop(shop.shop_id))).await;
        assert_eq!(response.problem(), (422, "validation-failed"), "{query}");
    }
}

#[actix_web::test]
async fn a_request_without_the_mesh_signature_is_refused() {
    let app = TestApp::new().await;

    let response = app
        .server
        .anonymous()
        .unsigned()
        .get("/api/v1/search?q=hat")
        .await;

    assert_eq!(response.status, 401);
}
