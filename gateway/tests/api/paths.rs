use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::app::{TestApp, problem, refused};

/// Sends a path exactly as it is written; HTTP clients tidy it up.
fn raw(app: &TestApp, path: &str) -> (u16, String) {
    let address = app.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: souk\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned();
    (status, body)
}

#[actix_web::test]
async fn a_path_with_two_meanings_is_refused() {
    let app = TestApp::new().await;

    for path in [
        "//api/v1/cart",
        "/api//v1/cart",
        "/api/v1//internal/users",
        "/api/v1/cart/../orders",
        "/api/v1/products/..",
        "/api/v1/products/./x",
        "/api/v1/products/%2e%2e/cart",
        "/api/v1/products/%2E./cart",
        "/api/v1/products%2f..%2finternal",
        "/api/v1/products/%5c",
        "/api/v1/products/%252e%252e/x",
        "/api/v1/products/%00",
        "/api/v1/products/%zz",
        "/api/v1/auth/../cart",
        "/%2e%2e/internal/users",
    ] {
        let (status, body) = raw(&app, path);
        assert_eq!(status, 400, "{path} {body}");
        assert!(body.contains("/malformed-path\""), "{path} {body}");
    }
}

#[actix_web::test]
async fn a_service_sees_the_normal_form_and_its_signature_fits() {
    let app = TestApp::new().await;

    for (sent, seen) in [
        (
            "/api/v1/%70roducts/a?x=%2e%2e/%2F",
            "/api/v1/products/a?x=%2e%2e/%2F",
        ),
        ("/api/v1/products/%c3%bc", "/api/v1/products/%C3%BC"),
        ("/api/v1/products/a%20b/", "/api/v1/products/a%20b/"),
        ("/api/v1/products/a%2Db?", "/api/v1/products/a-b?"),
        ("/api/v1/products?//..", "/api/v1/products?//.."),
    ] {
        let (status, body) = raw(&app, sent);
        assert_eq!(status, 200, "{sent} {body}");
        assert!(body.contains(&format!("\"target\":\"{seen}\"")), "{sent} {body}");
    }
}

#[actix_web::test]
async fn nothing_but_the_table_is_passed_on() {
    let app = TestApp::new().await;

    for path in [
        "/internal/users",
        "/api/v1/internal/users",
        "/api/v1",
        "/api/v2/cart",
        "/cart",
        "/api/v1/carts",
        "/metric",
    ] {
        assert_eq!(
            problem(app.get(path).await).await,
            refused(404, "not-found"),
            "{path}"
        );
    }
    for prefix in [
        "users",
        "shops",
        "branches",
        "shop-reviews",
        "shop-media",
        "shop-links",
        "media",
        "categories",
        "products",
        "variations",
        "images",
        "product-reviews",
        "cart",
        "orders",
        "order-items",
        "tracking",
        "wishlist",
        "search",
    ] {
        let seen: Value = app
            .get(&format!("/api/v1/{prefix}/x"))
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(seen["target"], json!(format!("/api/v1/{prefix}/x")));
    }
}

#[actix_web::test]
async fn a_wrong_method_is_405_on_the_gateways_own_paths() {
    let app = TestApp::new().await;

    for (method, path, allow) in [
        ("GET", "/api/v1/auth/login", "POST"),
        ("DELETE", "/api/v1/auth/logout", "POST"),
        ("POST", "/.well-known/jwks.json", "GET, HEAD"),
        ("POST", "/openapi.json", "GET, HEAD"),
    ] {
        let response = app.request(method, path).send().await.unwrap();
        assert_eq!(response.headers()["allow"], allow);
        assert_eq!(problem(response).await, refused(405, "method-not-allowed"));
    }
}
