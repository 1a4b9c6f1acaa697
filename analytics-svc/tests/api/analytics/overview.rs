use serde_json::json;
use souk_contracts::events::OrderItemStatus::Cancelled;

use crate::harness::TestApp;
use crate::story::{OTHER, OWNER, SHOP, approved, item, order};

const URL: &str = "/api/v1/analytics/overview?from=2026-03-01&to=2026-03-31";

#[actix_web::test]
async fn an_admin_sees_the_whole_market() {
    let app = TestApp::new().await;
    let both = order(
        vec![item(SHOP, 11, 2), item(OTHER, 13, 4)],
        "2026-03-01T10:00:00Z",
    );
    let one = order(vec![item(SHOP, 12, 1), item(SHOP, 11, 1)], "2026-03-31T10:00:00Z");
    let earlier = order(vec![item(SHOP, 12, 7)], "2026-02-28T10:00:00Z");
    let cancelled = one.moved(0, Cancelled, "2026-03-31T11:00:00Z");
    app.take(vec![
        approved(),
        both.created(),
        one.created(),
        earlier.created(),
        cancelled,
    ])
    .await;

    let response = app.admin().get(URL).await;

    assert_eq!(response.status, 200);
    insta::assert_json_snapshot!(response.body);
}

#[actix_web::test]
async fn an_order_from_two_shops_is_one_sale() {
    let app = TestApp::new().await;
    app.take(vec![
        order(
            vec![item(SHOP, 11, 1), item(OTHER, 13, 1)],
            "2026-03-01T10:00:00Z",
        )
        .created(),
    ])
    .await;

    let body = app.admin().get(URL).await.body;

    assert_eq!(
        (&body["sales"], &body["average_order_value"]),
        (&json!(1), &json!(1000))
    );
    assert_eq!(
        [&body["top_shops"][0]["orders"], &body["top_shops"][1]["orders"]],
        [1, 1]
    );
}

#[actix_web::test]
async fn an_empty_market_has_zeros() {
    let app = TestApp::new().await;

    let body = app.admin().get("/api/v1/analytics/overview").await.body;

    assert_eq!(
        (
            &body["quantity_sold"],
            &body["sales"],
            &body["average_order_value"]
        ),
        (&json!(0), &json!(0), &json!(0))
    );
    assert_eq!(body["revenue"][0]["amount"], 0);
    assert_eq!(body["top_shops"], json!([]));
    assert_eq!(body["by_product_and_shop"], json!([]));
}

#[actix_web::test]
async fn only_admins_see_it() {
    let app = TestApp::new().await;

    assert_eq!(
        app.anonymous().get(URL).await.problem(),
        (401, "authentication-required")
    );
    assert_eq!(app.customer(OWNER).get(URL).await.problem(), (403, "admin-only"));
}

#[actix_web::test]
async fn parameters_that_make_no_period_are_refused() {
    let app = TestApp::new().await;

    for query in ["tz=Baku", "from=2026-03-02&to=2026-03-01", "days=-1"] {
        let response = app
            .admin()
            .get(&format!("/api/v1/analytics/overview?{query}"))
            .await;
        assert_eq!(response.problem(), (422, "validation-failed"), "{query}");
    }
}
