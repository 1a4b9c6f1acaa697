use reqwest::Response;
use serde_json::Value;

use crate::app::{TestApp, problem, refused};

const SHOP: &str = "https://shop.example.org";

async fn shop() -> TestApp {
    let app = TestApp::with(|config| config.edge.cors_origins = vec![SHOP.to_owned()]);
    app.until_ready().await;
    app
}

fn text(response: &Response, name: &str) -> Option<String> {
    let values: Vec<&str> = response
        .headers()
        .get_all(name)
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect();
    (!values.is_empty()).then(|| values.join(", "))
}

async fn preflight(app: &TestApp, origin: &str) -> Response {
    let request = app.request("OPTIONS", "/api/v1/orders").header("origin", origin);
    let request = request.header("access-control-request-method", "POST");
    request
        .header("access-control-request-headers", "authorization")
        .send()
        .await
        .unwrap()
}

#[actix_web::test]
async fn a_preflight_is_answered_here() {
    let app = shop().await;

    let response = preflight(&app, SHOP).await;

    assert_eq!(response.status(), 204);
    assert_eq!(
        text(&response, "access-control-allow-origin").as_deref(),
        Some(SHOP)
    );
    let methods = text(&response, "access-control-allow-methods").unwrap();
    assert!(
        ["GET", "POST", "PATCH", "DELETE"]
            .iter()
            .all(|method| methods.contains(method))
    );
    let headers = text(&response, "access-control-allow-headers").unwrap();
    assert!(
        ["Authorization", "Content-Type", "If-Match", "Idempotency-Key"]
            .iter()
            .all(|h| headers.contains(h))
    );
    assert_eq!(text(&response, "access-control-max-age").as_deref(), Some("7200"));
    assert!(text(&response, "vary").unwrap().contains("Origin"));
    assert_eq!(text(&response, "access-control-allow-credentials"), None);
}

#[actix_web::test]
async fn an_answer_names_the_origin_and_what_it_may_read_even_when_it_refuses() {
    let app = shop().await;

    for path in [
        "/api/v1/products",
        "/api/v1/nothing",
        "/api/v1//x",
        "/api/v1/analytics/overview",
    ] {
        let response = app
            .request("GET", path)
            .header("origin", SHOP)
            .send()
            .await
            .unwrap();

        assert_eq!(
            text(&response, "access-control-allow-origin").as_deref(),
            Some(SHOP),
            "{path}"
        );
        let exposed = text(&response, "access-control-expose-headers").unwrap();
        for name in [
            "Location",
            "ETag",
            "Retry-After",
            "RateLimit-Remaining",
            "X-Request-ID",
        ] {
            assert!(exposed.contains(name), "{path} {name}");
        }
        assert!(text(&response, "vary").unwrap().contains("Origin"), "{path}");
    }
}

#[actix_web::test]
async fn other_origins_get_nothing() {
    let app = shop().await;

    for origin in ["https://evil.example.org", "null", "http://shop.example.org"] {
        let asked = preflight(&app, origin).await;
        let request = app.request("GET", "/api/v1/products").header("origin", origin);
        let got = request.send().await.unwrap();

        assert_eq!((asked.status().as_u16(), got.status().as_u16()), (204, 200));
        for response in [asked, got] {
            assert!(
                !response
                    .headers()
                    .keys()
                    .any(|name| name.as_str().starts_with("access-control-")),
                "{origin}"
            );
            assert!(text(&response, "vary").unwrap().contains("Origin"));
        }
    }
    let closed = TestApp::new().await;
    assert_eq!(
        text(&preflight(&closed, SHOP).await, "access-control-allow-origin"),
        None
    );
}

#[actix_web::test]
async fn everybody_may_come_when_the_setting_says_so() {
    let app = TestApp::with(|config| config.edge.cors_origins = vec!["*".to_owned()]);

    let response = app
        .request("GET", "/openapi.json")
        .header("origin", SHOP)
        .send()
        .await
        .unwrap();

    assert_eq!(
        text(&response, "access-control-allow-origin").as_deref(),
        Some("*")
    );
}

#[actix_web::test]
async fn options_without_cors_tells_the_methods() {
    let app = TestApp::new().await;
    let options = async |path: &str| app.request("OPTIONS", path).send().await.unwrap();

    let own = options("/api/v1/auth/login").await;
    let passed_on = options("/api/v1/products/documented").await;

    assert_eq!(
        (own.status().as_u16(), text(&own, "allow").as_deref()),
        (204, Some("POST, OPTIONS"))
    );
    assert_eq!(passed_on.status(), 200, "the stand-in answers everything itself");
    assert_eq!(
        problem(options("/api/v1/nothing").await).await,
        refused(404, "not-found")
    );
    let wrong = app.request("PUT", "/api/v1/auth/login").send().await.unwrap();
    assert_eq!(text(&wrong, "allow").as_deref(), Some("POST"));
}

#[actix_web::test]
async fn every_answer_says_how_it_may_be_used() {
    let app = TestApp::new().await;

    for path in [
        "/api/v1/products",
        "/api/v1/products/odd",
        "/api/v1/nothing",
        "/api/v1//x",
        "/api/v1/analytics/overview",
        "/openapi.json",
        "/health/live",
        "/.well-known/jwks.json",
    ] {
        let response = app.get(path).await;

        assert_eq!(
            text(&response, "x-content-type-options").as_deref(),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(
            text(&response, "x-frame-options").as_deref(),
            Some("DENY"),
            "{path}"
        );
        assert_eq!(
            text(&response, "referrer-policy").as_deref(),
            Some("no-referrer"),
            "{path}"
        );
        assert_eq!(
            text(&response, "cross-origin-resource-policy").as_deref(),
            Some("same-origin")
        );
        let policy = text(&response, "content-security-policy").unwrap();
        assert_eq!(policy, "default-src 'none'; frame-ancestors 'none'", "{path}");
        assert_eq!(text(&response, "server"), None, "{path}");
        assert_eq!(text(&response, "strict-transport-security"), None, "{path}");
    }
    for page in ["/docs/", "/redoc"] {
        let policy = text(&app.get(page).await, "content-security-policy").unwrap();
        assert!(
            policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"),
            "{page}"
        );
    }
}

#[actix_web::test]
async fn https_lasts_when_the_client_came_by_it() {
    let app = TestApp::with(|config| config.trusted_proxies = vec!["127.0.0.1".to_owned()]);

    let request = app
        .request("GET", "/api/v1/products")
        .header("x-forwarded-proto", "https");
    let response = request.send().await.unwrap();

    assert!(
        text(&response, "strict-transport-security")
            .unwrap()
            .starts_with("max-age=")
    );
}

async fn gzip(app: &TestApp, method: &str, path: &str) -> Response {
    let request = app.request(method, path).header("accept-encoding", "gzip, br");
    request.send().await.unwrap()
}

#[actix_web::test]
async fn a_large_text_is_compressed_when_the_client_asks() {
    let app = TestApp::new().await;

    let plain = app.get("/api/v1/products/text").await;
    let small = gzip(&app, "GET", "/api/v1/products/text").await;
    let head = gzip(&app, "HEAD", "/api/v1/products/text").await;

    assert_eq!(text(&plain, "content-encoding"), None);
    assert_eq!(text(&plain, "etag").as_deref(), Some("\"7\""));
    assert_eq!(text(&plain, "vary").as_deref(), Some("Accept-Encoding"));
    assert_eq!(text(&small, "content-encoding").as_deref(), Some("gzip"));
    assert_eq!(text(&small, "etag").as_deref(), Some("\"7-gzip\""));
    assert_eq!(
        text(&small, "vary").unwrap().to_ascii_lowercase(),
        "accept-encoding"
    );
    for name in [
        "content-encoding",
        "etag",
        "vary",
        "content-type",
        "content-length",
    ] {
        assert_eq!(text(&head, name), text(&small, name), "{name}");
    }
    let plain = plain.bytes().await.unwrap();
    let small = small.bytes().await.unwrap();
    assert!(small.len() < plain.len() / 2 && small.starts_with(&[0x1f, 0x8b]));
    assert_eq!(souk_unzip(&small), plain);
}

fn souk_unzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut plain).unwrap();
    plain
}

#[actix_web::test]
async fn a_tag_of_the_compressed_form_is_understood() {
    let app = TestApp::new().await;
    let request = app
        .request("GET", "/api/v1/products/text")
        .header("accept-encoding", "gzip");

    let unchanged = request
        .header("if-none-match", "\"7-gzip\"")
        .send()
        .await
        .unwrap();
    let request = app
        .request("PATCH", "/api/v1/products/1")
        .header("if-match", "\"7-gzip\"");
    let seen: Value = request.send().await.unwrap().json().await.unwrap();

    assert_eq!(unchanged.status(), 304);
    assert_eq!(text(&unchanged, "etag").as_deref(), Some("\"7-gzip\""));
    assert_eq!(seen["headers"]["if-match"][0], "\"7\"");
}

#[actix_web::test]
async fn what_is_small_encoded_secret_or_live_stays_as_it_is() {
    let app = TestApp::new().await;

    for path in [
        "/api/v1/products/odd",
        "/api/v1/products/events",
        "/api/v1/products/encoded",
    ] {
        let response = gzip(&app, "GET", path).await;
        assert_ne!(
            text(&response, "content-encoding").as_deref(),
            Some("gzip"),
            "{path}"
        );
    }
}
