use serde_json::{Value, json};

use crate::app::TestApp;

async fn seen(request: reqwest::RequestBuilder) -> Value {
    request.send().await.unwrap().json().await.unwrap()
}

#[actix_web::test]
async fn no_client_can_say_who_it_is_by_header() {
    let app = TestApp::new().await;
    let forged = [
        ("X-User-ID", "01937f1c-6a2b-7c44-9d0e-3a6f5c1b2e70"),
        ("x_user_id", "01937f1c-6a2b-7c44-9d0e-3a6f5c1b2e70"),
        ("X-USER-ROLE", "admin"),
        ("X_User-Role", "admin"),
        ("X-Session-ID", "01937f1c-6a2b-7c44-9d0e-3a6f5c1b2e70"),
        ("X-Visitor-ID", "somebody"),
        ("X-Mesh-Caller", "order-svc"),
        ("X-Mesh-Signature", "test:00"),
        ("X-Mesh-Anything", "1"),
        ("X-Forwarded-For", "6.6.6.6"),
        ("X-Forwarded-Prefix", "/admin"),
        ("X-Real-IP", "6.6.6.6"),
        ("Forwarded", "for=6.6.6.6"),
    ];
    let forge = |request| {
        forged
            .iter()
            .fold(request, |request: reqwest::RequestBuilder, (n, v)| {
                request.header(*n, *v)
            })
    };
    let login = app.login().await;

    let anonymous = seen(forge(app.request("GET", "/api/v1/products"))).await;
    let user = seen(forge(app.request("GET", "/api/v1/products")).bearer_auth(&login.access)).await;

    assert_eq!(
        (&anonymous["user"], &anonymous["role"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        (&user["user"], &user["role"]),
        (&login.claims["sub"], &json!("customer"))
    );
    for body in [anonymous, user] {
        let headers = body["headers"].as_object().unwrap();
        let all = body["headers"].to_string();
        assert!(
            !all.contains("6.6.6.6") && !all.contains("somebody") && !all.contains("order-svc"),
            "{all}"
        );
        for name in [
            "x_user_id",
            "x_user-role",
            "x-mesh-anything",
            "x-forwarded-prefix",
            "forwarded",
        ] {
            assert!(!headers.contains_key(name), "{name}");
        }
        assert_eq!(headers["x-mesh-caller"], json!(["gateway"]));
        assert_eq!(headers["x-forwarded-for"], json!(["127.0.0.1"]));
    }
}

#[actix_web::test]
async fn a_connection_header_cannot_take_away_who_it_is() {
    let app = TestApp::new().await;
    let login = app.login().await;

    let request = app.request("GET", "/api/v1/cart").bearer_auth(&login.access);
    let seen = seen(
        request
            .header("connection", "x-user-id, x-mesh-signature, x-private")
            .header("x-private", "1"),
    )
    .await;

    assert_eq!(seen["user"], login.claims["sub"]);
    assert!(seen["headers"].get("x-private").is_none());
}

#[actix_web::test]
async fn what_the_client_may_say_arrives_and_secrets_do_not() {
    let app = TestApp::new().await;
    let login = app.login().await;

    let request = app
        .request("POST", "/api/v1/orders?x=%20y&z=ü")
        .bearer_auth(&login.access);
    let request = request
        .header("idempotency-key", "k")
        .header("if-match", "\"7\"")
        .header("cookie", "a=b");
    let seen = seen(request.header("accept-language", "az").json(&json!({}))).await;

    assert_eq!(
        (&seen["method"], &seen["target"]),
        (&json!("POST"), &json!("/api/v1/orders?x=%20y&z=%C3%BC"))
    );
    assert_eq!(seen["headers"]["idempotency-key"], json!(["k"]));
    assert_eq!(seen["headers"]["if-match"], json!(["\"7\""]));
    assert_eq!(seen["headers"]["accept-language"], json!(["az"]));
    assert!(seen["headers"].get("authorization").is_none() && seen["headers"].get("cookie").is_none());
}

#[actix_web::test]
async fn a_request_is_one_thread_through_the_mesh() {
    let app = TestApp::new().await;
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    let request = app
        .request("GET", "/api/v1/products")
        .header("x-request-id", "mine-1")
        .header("traceparent", parent);
    let response = request.send().await.unwrap();

    assert_eq!(response.headers()["x-request-id"], "mine-1");
    assert_eq!(response.headers().get_all("x-request-id").iter().count(), 1);
    let seen: Value = response.json().await.unwrap();
    assert_eq!(seen["headers"]["x-request-id"], json!(["mine-1"]));
    let trace = seen["headers"]["traceparent"][0].as_str().unwrap();
    assert!(trace.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && trace != parent);
}

#[actix_web::test]
async fn a_visitor_has_a_name_that_lasts_and_gives_nothing_away() {
    let app = TestApp::new().await;
    let visitor = async |agent: &'static str| {
        seen(app.request("GET", "/api/v1/products").header("user-agent", agent)).await["visitor"].clone()
    };

    let (one, again, other) = (visitor("a").await, visitor("a").await, visitor("b").await);

    assert_eq!(one, again);
    assert_ne!(one, other);
    assert!(!one.as_str().unwrap().contains("127.0.0.1"));
}

#[actix_web::test]
async fn behind_a_trusted_proxy_its_word_counts() {
    let app = TestApp::with(|config| config.trusted_proxies = vec!["127.0.0.0/8".into()]);

    let request = app
        .request("GET", "/api/v1/products")
        .header("x-forwarded-for", "6.6.6.6, 1.2.3.4");
    let seen = seen(request.header("x-forwarded-proto", "https")).await;

    assert_eq!(seen["headers"]["x-forwarded-for"], json!(["1.2.3.4"]));
    assert_eq!(seen["headers"]["x-forwarded-proto"], json!(["https"]));
}

#[actix_web::test]
async fn an_answer_comes_back_as_it_is_without_what_is_ours() {
    let app = TestApp::new().await;

    let odd = app.get("/api/v1/products/odd").await;

    assert_eq!(odd.status(), 418);
    assert_eq!(odd.headers()["etag"], "\"7\"");
    assert_eq!(odd.headers().get_all("set-cookie").iter().count(), 2);
    assert!(!odd.headers().contains_key("x-mesh-secret"));
    assert_eq!(odd.text().await.unwrap(), "odd");
    assert_eq!(app.get("/api/v1/products/nothing").await.status(), 204);
}
