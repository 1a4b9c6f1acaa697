use crate::app::{TestApp, problem};

#[actix_web::test]
async fn an_unknown_path_is_404() {
    let app = TestApp::new();

    for path in [
        "/",
        "/api/v1/nothing",
        "/api/v1/things/not-a-uuid",
        "/api/v1/things/a/b",
        "/%ff%fe",
    ] {
        let (status, slug, _) = problem(app.get(path).await).await;
        assert_eq!((status, slug.as_str()), (404, "not-found"), "{path}");
    }
}

#[actix_web::test]
async fn a_wrong_method_is_405_and_tells_the_right_ones() {
    let app = TestApp::new();

    for (method, path, allow) in [
        ("DELETE", "/api/v1/things", "GET, HEAD, POST"),
        (
            "PUT",
            "/api/v1/things/01937f1c-6a2b-7c44-9d0e-3a6f5c1b2e70",
            "GET, HEAD, PATCH",
        ),
        ("POST", "/health/live", "GET, HEAD"),
        ("POST", "/internal/slow", "GET, HEAD"),
    ] {
        let response = app.request(method, path).send().await.unwrap();
        assert_eq!(response.headers()["allow"], allow);
        let (status, slug, _) = problem(response).await;
        assert_eq!((status, slug.as_str()), (405, "method-not-allowed"));
    }
}

#[actix_web::test]
async fn options_tells_the_methods() {
    let app = TestApp::new();
    let options = |path| app.request("OPTIONS", path).send();

    let known = options("/api/v1/things").await.unwrap();
    let (unknown, ..) = problem(options("/api/v1/nothing").await.unwrap()).await;

    assert_eq!((known.status().as_u16(), unknown), (204, 404));
    assert_eq!(known.headers()["allow"], "GET, HEAD, POST, OPTIONS");
}

#[actix_web::test]
async fn json_that_is_nested_too_deeply_is_400() {
    let app = TestApp::new();

    for (open, close) in [("[", "]"), ("{\"name\":", "}")] {
        let bomb = format!("{}1{}", open.repeat(20_000), close.repeat(20_000));
        let request = app
            .request("POST", "/api/v1/things")
            .header("idempotency-key", "k");
        let request = request.header("content-type", "application/json").body(bomb);
        let (status, ..) = problem(request.send().await.unwrap()).await;
        assert!(status == 400 || status == 422, "{status}");
    }
}

#[actix_web::test]
async fn malformed_json_is_400() {
    let app = TestApp::new();

    for body in ["", "{", "name=hunter2", "{\"name\": \"hunter2\"} more"] {
        let response = app
            .request("POST", "/api/v1/things")
            .header("content-type", "application/json");
        let response = response
            .header("idempotency-key", "k")
            .body(body)
            .send()
            .await
            .unwrap();
        let (status, slug, body) = problem(response).await;
        assert_eq!((status, slug.as_str()), (400, "malformed-json"));
        assert!(!body.to_string().contains("hunter2"));
    }
}

#[actix_web::test]
async fn fields_are_pointed_at_and_not_repeated() {
    let app = TestApp::new();

    for (body, pointer, code) in [
        (r#"{"name": "hunter2"}"#, "/name", "length"),
        (r#"{"name": 5}"#, "/name", "wrong_type"),
        (r#"{}"#, "/name", "required"),
        (r#"{"name": "a", "extra": "hunter2"}"#, "/extra", "unknown_field"),
    ] {
        let response = app
            .request("POST", "/api/v1/things")
            .header("content-type", "application/json");
        let response = response
            .header("idempotency-key", "k")
            .body(body)
            .send()
            .await
            .unwrap();
        let (status, slug, body) = problem(response).await;
        assert_eq!((status, slug.as_str()), (422, "validation-failed"));
        assert_eq!(
            (
                body["errors"][0]["pointer"].as_str(),
                body["errors"][0]["code"].as_str()
            ),
            (Some(pointer), Some(code))
        );
        assert!(!body.to_string().contains("hunter2"));
    }
}

#[actix_web::test]
async fn query_parameters_are_checked() {
    let app = TestApp::new();

    for query in [
        "limit=0",
        "limit=101",
        "limit=hunter2",
        "limit=-1",
        "cursor=hunter2",
        "cursor=Im5vIg",
    ] {
        let (status, slug, body) = problem(app.get(&format!("/api/v1/things?{query}")).await).await;
        assert_eq!((status, slug.as_str()), (422, "validation-failed"), "{query}");
        assert!(!body.to_string().contains("hunter2"));
    }
}

#[actix_web::test]
async fn a_large_body_is_413_whether_announced_or_streamed() {
    let app = TestApp::new();
    let json = format!("{{\"text\": \"{}\"}}", "x".repeat(256 * 1024));
    let chunks: Vec<Result<Vec<u8>, std::io::Error>> =
        json.as_bytes().chunks(1000).map(|c| Ok(c.to_vec())).collect();

    let announced = app
        .request("POST", "/internal/big")
        .body(json.clone())
        .send()
        .await
        .unwrap();
    let streamed = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let streamed = app
        .request("POST", "/internal/big")
        .body(streamed)
        .send()
        .await
        .unwrap();

    for response in [announced, streamed] {
        let (status, slug, _) = problem(response).await;
        assert_eq!((status, slug.as_str()), (413, "body-too-large"));
    }
    let fits = format!("{{\"text\": \"{}\"}}", "x".repeat(256 * 1024 - 20));
    assert_eq!(
        app.request("POST", "/internal/big")
            .body(fits)
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
}

#[actix_web::test]
async fn what_is_not_json_is_415() {
    let app = TestApp::new();

    for (name, value) in [("content-type", "text/plain"), ("content-encoding", "gzip")] {
        let request = app
            .request("POST", "/internal/big")
            .header(name, value)
            .body("{}");
        let (status, slug, _) = problem(request.send().await.unwrap()).await;
        assert_eq!((status, slug.as_str()), (415, "unsupported-media-type"));
    }
}

#[actix_web::test]
async fn a_failure_says_nothing_of_the_inside() {
    let app = TestApp::new();

    let (status, slug, body) = problem(app.get("/internal/broken").await).await;
    assert_eq!((status, slug.as_str()), (500, "internal"));
    assert!(!body.to_string().contains("hunter2") && body.get("detail").is_none());

    let (status, slug, body) = problem(app.get("/internal/library").await).await;
    assert_eq!((status, slug.as_str()), (400, "malformed-request"));
    assert!(!body.to_string().contains("inner details"));
}

#[actix_web::test]
async fn the_gate_comes_before_everything() {
    let app = TestApp::new();

    for path in ["/api/v1/things", "/nothing", "/openapi.json"] {
        let response = app
            .request("GET", path)
            .header("x-forbidden", "1")
            .send()
            .await
            .unwrap();
        let (status, slug, _) = problem(response).await;
        assert_eq!((status, slug.as_str()), (403, "gate"));
    }
}

#[actix_web::test]
async fn an_idempotency_key_must_be_one_readable_key() {
    let app = TestApp::new();
    let post = || {
        app.request("POST", "/api/v1/things")
            .json(&serde_json::json!({ "name": "a" }))
    };
    let long = "k".repeat(256);

    let (status, slug, _) = problem(post().send().await.unwrap()).await;
    assert_eq!((status, slug.as_str()), (400, "idempotency-key-required"));
    for keys in [vec![""], vec!["a\tb"], vec!["a", "b"], vec![long.as_str()]] {
        let request = keys
            .iter()
            .fold(post(), |request, key| request.header("idempotency-key", *key));
        let (status, slug, _) = problem(request.send().await.unwrap()).await;
        assert_eq!(
            (status, slug.as_str()),
            (400, "idempotency-key-malformed"),
            "{keys:?}"
        );
    }
}
