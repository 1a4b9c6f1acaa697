use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::app::TestApp;

#[actix_web::test]
async fn ready_tells_each_dependency_and_the_truth() {
    let app = TestApp::new();

    let ready = app.get("/health/ready").await;
    app.redis_is_up.store(false, Ordering::Relaxed);
    let missing = app.get("/health/ready").await;

    assert_eq!(ready.status(), 200);
    assert_eq!(missing.status(), 503);
    assert_eq!(
        missing.json::<Value>().await.unwrap(),
        json!({ "status": "not-ready", "dependencies": { "postgres": "up", "redis": "down", "search": "down" } })
    );
    assert_eq!(app.get("/health/live").await.status(), 200);
}

#[actix_web::test]
async fn requests_are_measured_by_route() {
    let app = TestApp::new();

    app.get("/api/v1/things/01937f1c-6a2b-7c44-9d0e-3a6f5c1b2e70")
        .await;
    app.get("/some/unknown/path").await;

    let text = app.get("/metrics").await.text().await.unwrap();
    assert!(text.contains("http_request_duration_seconds_bucket"));
    assert!(text.contains("route=\"/api/v1/things/{id}\""), "{text}");
    assert!(text.contains("route=\"unmatched\"") && !text.contains("some/unknown"));
}
