//! The story of an order, as operators see it.

use serde_json::{Value, json};

use crate::app::{NOBODY, TestApp, problem, refused};

const ORDER: &str = "/api/v1/ops/trace/SK-7F3K-9Q2M";

#[actix_web::test]
async fn a_story_is_told_with_what_is_missing_and_who_is_away() {
    let app = TestApp::new().await;

    let response = app.get_as(ORDER, &app.admin().await).await;

    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let story: Value = response.json().await.unwrap();
    assert_eq!(
        (&story["number"], &story["complete"], &story["expired"]),
        (&json!("SK-7F3K-9Q2M"), &json!(false), &json!(false))
    );
    let kinds: Vec<_> = story["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["timeline", "written", "published", "handled"]);
    assert_eq!(
        (
            &story["steps"][3]["service"],
            &story["steps"][3]["queue"],
            &story["steps"][3]["lag_ms"]
        ),
        (&json!("product-svc"), &json!("product-svc.orders"), &json!(40))
    );
    // Nobody is where analytics-svc should be; cart-svc is there and has nothing.
    assert_eq!(story["unavailable"], json!(["analytics-svc"]));
    let missing: Vec<_> = story["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["why"].as_str().unwrap(), one["queue"].as_str().unwrap()))
        .collect();
    assert_eq!(
        missing,
        [
            ("not_handled", "cart-svc.orders"),
            ("unavailable", "analytics-svc.events")
        ]
    );
}

#[actix_web::test]
async fn the_request_that_placed_an_order_leads_to_its_story() {
    let app = TestApp::new().await;

    let response = app
        .get_as("/api/v1/ops/trace/a_request.1", &app.admin().await)
        .await;

    assert_eq!(response.status(), 200);
    let story: Value = response.json().await.unwrap();
    assert_eq!(story["number"], json!("SK-7F3K-9Q2M"));
}

#[actix_web::test]
async fn an_unknown_order_has_no_story() {
    let app = TestApp::new().await;
    let admin = app.admin().await;

    for order in [
        "SK-2222-2222",
        "what%20is%20this%3F",
        "a%25b",
        "another.request",
        &"x".repeat(65),
    ] {
        let answer = app.get_as(&format!("/api/v1/ops/trace/{order}"), &admin).await;
        assert_eq!(problem(answer).await, refused(404, "not-found"), "{order}");
    }
}

#[actix_web::test]
async fn without_order_svc_there_is_no_story() {
    let app = TestApp::with(|config| config.order_svc_url = NOBODY.to_owned());
    app.until_ready().await;

    let answer = app.get_as(ORDER, &app.admin().await).await;

    assert_eq!(problem(answer).await, refused(503, "service-unavailable"));
}

#[actix_web::test]
async fn only_operators_are_told() {
    let app = TestApp::new().await;
    let customer = app.login().await;

    assert_eq!(
        problem(app.get(ORDER).await).await,
        refused(401, "authentication-required")
    );
    assert_eq!(
        problem(app.get_as(ORDER, &customer.access).await).await,
        refused(403, "admin-only")
    );
}
