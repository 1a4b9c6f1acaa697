//! Requests that cannot be understood, or ask for what cannot be.

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::bodies::{Money, azn};
use crate::mesh::Mesh;
use crate::people::{checkout, registration};

#[tokio::test]
async fn what_is_no_json_is_malformed() {
    let mesh = Mesh::shared().await;
    let client = mesh.customer().await.client;

    for path in [
        "/auth/register",
        "/auth/login",
        "/shops",
        "/products",
        "/cart/items",
        "/wishlist/items",
    ] {
        for text in ["{", "", "{\"name\": }", "{} {}"] {
            client.post_text(path, text).await.refused(400, "malformed-json");
        }
    }
    let ordering = client.with("idempotency-key", "a key");
    ordering
        .post_text("/orders", "[")
        .await
        .refused(400, "malformed-json");
}

#[tokio::test]
async fn a_body_may_have_256_kibibytes() {
    let mesh = Mesh::shared().await;
    let client = mesh.customer().await.client;
    let large = json!({"name": "x".repeat(300 * 1024)});

    for path in ["/auth/register", "/shops", "/products", "/cart/items"] {
        client.post(path, &large).await.refused(413, "body-too-large");
    }
}

#[tokio::test]
async fn unknown_fields_are_named() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let client = mesh.customer().await.client;
    let id = Uuid::now_v7();

    for (client, path, body) in [
        (&client, "/auth/register", registration("a@example.org")),
        (&client, "/shops", json!({"name": "A shop"})),
        (&client, "/cart/items", json!({"variation_id": id, "quantity": 1})),
        (&client, "/wishlist/items", json!({"variation_id": id})),
        (
            &stall.owner.client,
            "/products",
            json!({"title": "Boots", "sku": "B"}),
        ),
    ] {
        let mut body = body;
        body["colour"] = json!("red");
        client.post(path, body).await.refused_field("/colour");
    }
    client
        .patch("/users/me", json!({"role": "admin"}))
        .await
        .refused_field("/role");
}

#[tokio::test]
async fn what_is_out_of_range_is_pointed_at() {
    let mesh = Mesh::shared().await;
    let owner = mesh.stall().await;
    let ware = owner.sells(900, 5).await;
    let owner = owner.owner.client;
    let client = mesh.customer().await.client;
    let line = |quantity: i64| json!({"variation_id": ware.variation_id, "quantity": quantity});
    let user = |field: &str, value: &str| {
        let mut body = registration("fine@example.org");
        body[field] = json!(value);
        body
    };
    let variations = format!("/products/{}/variations", ware.product_id);
    let vary = |price: Money, before: Option<Money>| json!({"options": {}, "price": price, "original_price": before});
    let dollars = Money {
        amount: 5,
        currency: "USD".to_owned(),
    };

    for (client, path, body, pointer) in [
        (&client, "/cart/items", line(0), "/quantity"),
        (&client, "/cart/items", line(1000), "/quantity"),
        (&client, "/auth/register", user("password", "short"), "/password"),
        (
            &client,
            "/auth/register",
            user("password", "password1234"),
            "/password",
        ),
        (&client, "/auth/register", user("email", "nobody"), "/email"),
        (&client, "/auth/register", user("first_name", ""), "/first_name"),
        (&client, "/shops", json!({"name": "ab"}), "/name"),
        (&client, "/shops", json!({"name": "x".repeat(101)}), "/name"),
        (
            &client,
            "/shops",
            json!({"name": "Shop", "about": "x".repeat(1001)}),
            "/about",
        ),
        (&client, "/shops", json!({}), "/name"),
        (
            &owner,
            "/products",
            json!({"title": "x".repeat(101), "sku": "B"}),
            "/title",
        ),
        (&owner, "/products", json!({"title": "Boots", "sku": ""}), "/sku"),
        (
            &owner,
            "/products",
            json!({"title": "Boots", "sku": "B", "category_ids": [Uuid::now_v7()]}),
            "/category_ids",
        ),
        (&owner, &variations, vary(azn(-1), None), "/price/amount"),
        (&owner, &variations, vary(dollars, None), "/price/currency"),
        (
            &owner,
            &variations,
            vary(azn(10), Some(azn(9))),
            "/original_price",
        ),
    ] {
        client.post(path, body).await.refused_field(pointer);
    }
    for (path, pointer) in [
        ("/products?limit=0", "/limit"),
        ("/products?limit=101", "/limit"),
        ("/products?sort=best", "/sort"),
        ("/orders?limit=many", "/limit"),
        ("/orders?cursor=nonsense", "/cursor"),
        ("/search", "/q"),
        ("/search?q=x&size=0", "/size"),
    ] {
        client.get(path).await.refused_field(pointer);
    }
}

#[tokio::test]
async fn an_order_needs_a_key_and_an_address() {
    let mesh = Mesh::shared().await;
    let client = mesh.customer().await.client;
    let ordering = client.with("idempotency-key", "one key");
    let mut nowhere = checkout();
    nowhere["shipping_address"]["country"] = json!("XX");

    client
        .post("/orders", checkout())
        .await
        .refused(400, "idempotency-key-required");
    ordering
        .post("/orders", json!({}))
        .await
        .refused_field("/shipping_address");
    ordering
        .post("/orders", nowhere)
        .await
        .refused_field("/shipping_address/country");
    ordering
        .post("/orders", checkout())
        .await
        .refused(409, "cart-empty");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let mesh = Mesh::shared().await;
    let client = mesh.customer().await.client;
    let id = Uuid::now_v7();

    for path in [
        format!("/shops/{id}"),
        "/shops/no-such-shop".to_owned(),
        format!("/shops/{id}/history"),
        format!("/shops/{id}/order-items"),
        format!("/categories/{id}"),
        "/categories/no-such-category".to_owned(),
        format!("/products/{id}"),
        format!("/products/{id}/variations"),
        format!("/variations/{id}"),
        format!("/variations/{id}/stock/ledger"),
        format!("/orders/{id}"),
        "/orders/SK-0000-0000".to_owned(),
        format!("/search/shops/{id}/products"),
        "/products/not-an-id".to_owned(),
    ] {
        client.get(&path).await.refused(404, "not-found");
    }
    let dashboard = format!("/analytics/shops/{id}/dashboard");
    assert_eq!(client.get(&dashboard).await.status, 404);
    client
        .patch(&format!("/shops/{id}"), json!({}))
        .await
        .refused(404, "not-found");
    client
        .patch(&format!("/products/{id}"), json!({}))
        .await
        .refused(404, "not-found");
    client
        .patch(&format!("/cart/items/{id}"), json!({"quantity": 1}))
        .await
        .refused(404, "not-found");
    client
        .delete(&format!("/wishlist/items/{id}"))
        .await
        .refused(404, "not-found");
    client
        .post(&format!("/orders/{id}/cancel"), json!({}))
        .await
        .refused(404, "not-found");
    let line = json!({"variation_id": id, "quantity": 1});
    client
        .post("/cart/items", line)
        .await
        .refused(422, "unknown-variation");
}

#[tokio::test]
async fn a_wrong_method_names_the_right_ones() {
    let mesh = Mesh::shared().await;
    let client = mesh.customer().await.client;
    let id = Uuid::now_v7();

    for (method, path, allowed) in [
        (Method::GET, "/auth/login".to_owned(), &["POST"][..]),
        (Method::PUT, "/users/me".to_owned(), &["GET", "PATCH", "DELETE"]),
        (Method::PUT, "/cart/items".to_owned(), &["POST"]),
        (Method::PUT, format!("/shops/{id}"), &["GET", "PATCH", "DELETE"]),
        (
            Method::PUT,
            format!("/products/{id}"),
            &["GET", "PATCH", "DELETE"],
        ),
        (Method::DELETE, "/orders".to_owned(), &["GET", "POST"]),
        (Method::POST, "/search".to_owned(), &["GET"]),
        (Method::POST, "/analytics/overview".to_owned(), &["GET"]),
    ] {
        let answer = client.send(method, &path, Some(json!({}))).await;
        answer.refused(405, "method-not-allowed");
        let allow = answer.header("allow").unwrap_or_default();
        for method in allowed {
            assert!(allow.split(", ").any(|name| name == *method), "{path}: {allow}");
        }
    }
}

#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let mesh = Mesh::shared().await;
    let client = mesh.customer().await.client;

    for path in [
        "/nothing",
        "/cart/nothing",
        "/users/me/nothing",
        "/orders/1/2/3",
        "/internal/users",
        "/metrics",
    ] {
        client.get(path).await.refused(404, "not-found");
    }
    for path in ["/", "/nothing", "/api/v2/products", "/internal/users", "/api/v1"] {
        mesh.root().get(path).await.refused(404, "not-found");
    }
}
