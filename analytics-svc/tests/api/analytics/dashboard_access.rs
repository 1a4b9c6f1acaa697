//! Who may read a dashboard, and of which period.

use uuid::Uuid;

use super::dashboard::{MARCH, url};
use crate::harness::TestApp;
use crate::story::{OTHER, OWNER, approved};

#[actix_web::test]
async fn nobody_sees_it_without_a_login() {
    let app = TestApp::new().await;
    app.take(vec![approved()]).await;

    let response = app.anonymous().get(&url(MARCH)).await;

    assert_eq!(response.problem(), (401, "authentication-required"));
}

#[actix_web::test]
async fn a_bare_header_opens_nothing() {
    let app = TestApp::new().await;
    app.take(vec![approved()]).await;

    let response = app.customer(OWNER).unsigned().get(&url(MARCH)).await;

    assert_eq!(response.problem(), (401, "mesh-signature"));
}

#[actix_web::test]
async fn someone_elses_shop_is_refused_and_an_admin_is_not() {
    let app = TestApp::new().await;
    app.take(vec![approved()]).await;

    let stranger = app.customer(Uuid::now_v7()).get(&url(MARCH)).await;
    let admin = app.admin().get(&url(MARCH)).await;

    assert_eq!(stranger.problem(), (403, "not-the-shop-owner"));
    assert_eq!(admin.status, 200);
}

#[actix_web::test]
async fn a_shop_whose_events_are_on_their_way_is_asked_for() {
    let app = TestApp::new().await;
    let url = format!("/api/v1/analytics/shops/{}/dashboard", Uuid::from_u128(77));

    let owner = app.customer(Uuid::from_u128(78)).get(&url).await;
    let stranger = app.customer(OWNER).get(&url).await;

    assert_eq!(owner.status, 200);
    assert_eq!(stranger.problem(), (403, "not-the-shop-owner"));
}

#[actix_web::test]
async fn a_shop_that_nobody_knows_is_not_found() {
    let app = TestApp::new().await;

    for path in [Uuid::from_u128(79).to_string(), "tea-house".into()] {
        let url = format!("/api/v1/analytics/shops/{path}/dashboard");
        assert_eq!(app.customer(OWNER).get(&url).await.status, 404);
        assert_eq!(app.admin().get(&url).await.status, 404);
    }
}

#[actix_web::test]
async fn while_shop_svc_is_away_only_known_shops_are_shown() {
    let app = TestApp::alone().await;
    app.take(vec![approved()]).await;

    let known = app.customer(OWNER).get(&url(MARCH)).await;
    let unknown = app
        .customer(OWNER)
        .get(&format!("/api/v1/analytics/shops/{OTHER}/dashboard"))
        .await;

    assert_eq!(known.status, 200);
    assert_eq!(unknown.problem(), (503, "unavailable"));
}

#[actix_web::test]
async fn parameters_that_make_no_period_are_refused() {
    let app = TestApp::new().await;
    app.take(vec![approved()]).await;

    for (query, pointer) in [
        ("tz=Mars/Olympus", "/tz"),
        ("from=2026-03-02&to=2026-03-01", "/to"),
        ("from=2025-03-01&to=2026-03-02", "/to"),
        ("from=yesterday", "/from"),
        ("to=2026-13-01", "/to"),
        ("days=0", "/days"),
        ("days=367", "/days"),
        ("days=many", "/days"),
        ("days=2&from=2026-03-01&to=2026-03-02", "/days"),
    ] {
        let response = app.customer(OWNER).get(&url(query)).await;
        assert_eq!(response.problem(), (422, "validation-failed"), "{query}");
        assert_eq!(response.body["errors"][0]["pointer"], pointer, "{query}");
    }
}

#[actix_web::test]
async fn a_whole_leap_year_can_be_asked_for() {
    let app = TestApp::new().await;
    app.take(vec![approved()]).await;

    let response = app
        .customer(OWNER)
        .get(&url("from=2024-01-01&to=2024-12-31&tz=Asia/Baku"))
        .await;

    assert_eq!(response.body["daily"].as_array().unwrap().len(), 366);
}
