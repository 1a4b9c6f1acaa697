use serde_json::{Value, json};

use crate::app::{TestApp, problem};

const THING: &str = "/api/v1/things/01937f1c-6a2b-7c44-9d0e-3a6f5c1b2e70";

#[actix_web::test]
async fn a_created_thing_has_a_location_and_a_tag() {
    let app = TestApp::new();

    let request = app
        .request("POST", "/api/v1/things")
        .json(&json!({ "name": "a" }));
    let response = request.header("idempotency-key", "key 1").send().await.unwrap();

    assert_eq!(response.status(), 201);
    assert_eq!(
        response.headers()["location"],
        "/api/v1/things/00000000-0000-0000-0000-000000000000"
    );
    assert_eq!(response.headers()["etag"], "\"1\"");
    assert_eq!(response.json::<Value>().await.unwrap()["name"], "a");
}

#[actix_web::test]
async fn pages_follow_each_other_to_the_end() {
    let app = TestApp::new();
    let mut seen: Vec<u64> = Vec::new();
    let mut next = String::new();

    loop {
        let page: Value = app
            .get(&format!("/api/v1/things?limit=10{next}"))
            .await
            .json()
            .await
            .unwrap();
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|n| n.as_u64().unwrap()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        next = format!("&cursor={cursor}");
    }

    assert_eq!(seen, (1..=25).collect::<Vec<u64>>());
}

#[actix_web::test]
async fn versions_guard_reads_and_writes() {
    let app = TestApp::new();
    let patch = |tag: &'static str| app.request("PATCH", THING).header("if-match", tag).send();

    assert_eq!(app.get(THING).await.headers()["etag"], "\"7\"");
    let known = app
        .request("GET", THING)
        .header("if-none-match", "W/\"7\"")
        .send()
        .await
        .unwrap();
    assert_eq!(known.status(), 304);
    assert_eq!(patch("\"7\"").await.unwrap().status(), 204);
    let (status, slug, _) = problem(patch("\"6\"").await.unwrap()).await;
    assert_eq!((status, slug.as_str()), (412, "stale"));
}

#[actix_web::test]
async fn head_answers_like_get_without_a_body() {
    let app = TestApp::new();

    let get = app.get(THING).await;
    let head = app.request("HEAD", THING).send().await.unwrap();

    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()["etag"], get.headers()["etag"]);
    assert_eq!(head.headers()["content-length"], get.headers()["content-length"]);
    assert!(head.bytes().await.unwrap().is_empty());
    assert_eq!(
        app.request("HEAD", "/api/v1/nothing")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}

#[actix_web::test]
async fn a_request_keeps_its_id_and_trace() {
    let app = TestApp::new();
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    let sent = app
        .request("GET", THING)
        .header("x-request-id", "my-id-1")
        .header("traceparent", parent);
    let sent = sent.send().await.unwrap();
    let unsafe_id = app
        .request("GET", THING)
        .header("x-request-id", "a b\"c")
        .send()
        .await
        .unwrap();

    assert_eq!(sent.headers()["x-request-id"], "my-id-1");
    let trace = sent.headers()["traceparent"].to_str().unwrap();
    assert!(trace.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && trace != parent);
    assert_eq!(unsafe_id.headers()["x-request-id"].len(), 36);
}

#[actix_web::test]
async fn the_document_tells_of_every_public_route_and_no_other() {
    let app = TestApp::new();

    let document: Value = app.get("/openapi.json").await.json().await.unwrap();

    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/api/v1/things", "/api/v1/things/{id}"]);
    assert_eq!(document["info"]["title"], "Things");
    assert_eq!(
        document["components"]["securitySchemes"]["bearer"]["scheme"],
        "bearer"
    );
    let refusal = &document["paths"]["/api/v1/things"]["post"]["responses"]["4XX"]["content"];
    assert_eq!(
        refusal["application/problem+json"]["schema"]["$ref"],
        "#/components/schemas/Problem"
    );
    for schema in ["Problem", "FieldError", "Thing", "ThingBody"] {
        assert!(document["components"]["schemas"][schema].is_object(), "{schema}");
    }
}
