//! What a request is for: one thing, and nothing that the gateway does not know.

use reqwest::Method;
use serde_json::{Value, json};

use super::raw::{Talk, say};
use crate::bodies::Product;
use crate::mesh::Mesh;
use crate::people::{registration, word};

/// A request of somebody who is logged in, and who hangs up after it.
async fn ask(mesh: &Mesh, token: &str, target: &str, more: &str) -> Talk {
    let request = format!(
        "{target} HTTP/1.1\r\nHost: souk\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n{more}\r\n"
    );
    say(&mesh.run.gateway_url, request).await
}

#[tokio::test]
async fn a_path_has_one_meaning() {
    let mesh = Mesh::shared().await;
    let token = mesh.customer().await.tokens.access_token;

    for path in [
        "//api/v1/users/me",
        "/api//v1/users/me",
        "/api/v1//users/me",
        "/api/v1/./users/me",
        "/api/v1/products/../users/me",
        "/api/v1/products/%2e%2e/users/me",
        "/api/v1/products/.%2E/users/me",
        "/api/v1/products/..;/users/me",
        "/api/v1/products/..;x=1/users/me",
        "/api/v1/users%2fme",
        "/api/v1/users%2Fme",
        "/api/v1/users%5cme",
        "/api/v1/users\\me",
        "/api/v1/users/me%00",
        "/api/v1/users/me%0d%0aX-User-Role:%20admin",
        "/api/v1/users/%25%36%64e",
        "/api/v1/users/%256de",
        "/api/v1/users/%6",
        "/api/v1/users/%u006de",
        "/api/v1/../../internal/users",
    ] {
        let talk = ask(&mesh, &token, &format!("GET {path}"), "").await;
        talk.one().refused(400, "malformed-path");
    }
    mesh.is_well().await;
}

#[tokio::test]
async fn nothing_leads_past_the_public_api() {
    let mesh = Mesh::shared().await;
    let token = mesh.customer().await.tokens.access_token;
    let order_svc = &mesh.run.services["order-svc"].url;

    for path in [
        "/api/v1/wishlist/count;x=1",
        "/api/v1;x=1/users/me",
        "/api/v1/users;/me",
        "/api/v1/USERS/me",
        "/API/v1/users/me",
        "/api/v1/internal/users",
        "/api/v1/carts/internal",
        "/internal/users",
        "/health",
        "/.env",
        "http://souk/internal/users",
        &format!("{order_svc}/internal/reservations/x/verdict"),
        &format!("{order_svc}/internal/users"),
    ] {
        let talk = ask(&mesh, &token, &format!("GET {path}"), "").await;
        talk.one().refused(404, "not-found");
    }
    for target in ["CONNECT order-svc:8105", "OPTIONS *", "GET *"] {
        let talk = ask(&mesh, &token, target, "").await;
        assert!(matches!(talk.one().status, 400 | 404 | 405), "{target}: {talk:?}");
    }
    // A whole address is as good as a path, wherever it says that it leads.
    let whole = format!("GET {order_svc}/api/v1/users/me");
    let me: Value = ask(&mesh, &token, &whole, "").await.one().ok();
    assert_eq!(me["role"], "customer");
}

#[tokio::test]
async fn a_method_is_what_the_first_line_says() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let path = format!("/products/{}", stall.sells(900, 5).await.product_id);
    let mut owner = stall.owner.client.clone();
    for name in [
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
        "_method",
    ] {
        owner = owner.with(name, "DELETE");
    }

    owner.get(&format!("{path}?_method=DELETE")).await.ok::<Product>();
    owner
        .patch(&format!("{path}?_method=DELETE"), json!({"title": "Still here"}))
        .await
        .ok::<Product>();
    owner
        .post(&format!("{path}?_method=DELETE"), json!({"_method": "DELETE"}))
        .await
        .refused(405, "method-not-allowed");

    assert_eq!(
        mesh.anybody().get(&path).await.ok::<Product>().title,
        "Still here"
    );
    for method in ["TRACE", "TRACK", "PROPFIND", "DELETES", "delete"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = owner.send(method, &path, None::<()>).await;
        answer.refused(405, "method-not-allowed");
    }
}

#[tokio::test]
async fn nobody_is_upgraded() {
    let mesh = Mesh::shared().await;
    let token = mesh.customer().await.tokens.access_token;
    let websocket = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let h2c =
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n";

    for upgrade in [websocket, h2c] {
        // What comes after it is a body that nobody wants, or the next request; never somebody else's.
        let smuggled = "\r\nGET /api/v1/users/me HTTP/1.1\r\nHost: souk\r\nConnection: close\r\n";
        for (path, status) in [
            ("/api/v1/users/me", 200),
            ("/api/v1/nothing", 404),
            ("/internal/users", 404),
        ] {
            let request = format!(
                "GET {path} HTTP/1.1\r\nHost: souk\r\nAuthorization: Bearer {token}\r\n{upgrade}{smuggled}\r\n"
            );
            let talk = say(&mesh.run.gateway_url, request).await;
            assert_eq!(talk.answers[0].status, status, "{talk:?}");
            for answer in &talk.answers[1..] {
                answer.refused(401, "authentication-required");
            }
            assert!(talk.closed, "{talk:?}");
        }
    }
    mesh.is_well().await;
}

#[tokio::test]
async fn a_host_is_a_name_and_nobody_repeats_it() {
    let mesh = Mesh::shared().await;
    let gateway = &mesh.run.gateway_url;
    let evil = mesh
        .anybody()
        .with("host", "evil.example")
        .with("x-forwarded-host", "evil.example");

    for host in [
        "a b",
        "souk/internal",
        "souk@evil.example",
        "souk?x",
        "souk:port",
        "sou%00k",
        "<script>",
        "[::1",
    ] {
        let request = format!("GET /api/v1/products HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        say(gateway, request).await.ends_with(400, "malformed-request");
    }
    let email = format!("{}@example.org", word());
    let made = evil.post("/auth/register", registration(&email)).await;
    made.created::<Value>();
    let root = mesh
        .root()
        .with("host", "evil.example")
        .with("x-forwarded-host", "evil.example");
    let pages = [
        root.get("/openapi.json").await,
        root.get("/docs").await,
        root.get("/redoc").await,
    ];
    for answer in pages.iter().chain([&made]) {
        let told = format!("{:?} {}", answer.headers, answer.text);
        assert!(!told.contains("evil.example"), "{}", answer.request);
    }
}

#[tokio::test]
async fn a_value_never_becomes_a_line() {
    let mesh = Mesh::shared().await;
    let client = mesh.customer().await.client;
    let split = "a\r\nX-Injected: 1\r\n\r\n<html>";

    let query = "/products?cursor=%0d%0aX-Injected:%201&q=%0d%0aX-Injected:%201";
    let mut answers = vec![client.get(query).await];
    let name = json!({"name": format!("{} {split}", word())});
    answers.push(client.post("/shops", name).await);
    answers.push(client.patch("/users/me", json!({"first_name": split})).await);
    answers.push(client.get("/users/me").await);
    answers.push(
        client
            .with("x-request-id", "a X-Injected: 1 <b>")
            .get("/users/me")
            .await,
    );
    answers.push(
        client
            .with("traceparent", "00-X-Injected: 1")
            .get("/users/me")
            .await,
    );

    for answer in answers {
        assert!(answer.header("x-injected").is_none(), "{answer:?}");
        assert!(answer.status < 500, "{answer:?}");
        let id = answer.header("x-request-id").unwrap();
        assert!(!id.contains(' ') && !id.contains('<'), "{answer:?}");
    }
}
