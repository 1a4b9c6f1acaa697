use serde_json::Value;

use crate::harness::TestApp;
use crate::story::{BUYER, OTHER, OWNER, SHOP, approved, item, order, seen};

const URL: &str = "/api/v1/analytics/events";

fn times(body: &Value) -> Vec<String> {
    let items = body["items"].as_array().unwrap();
    items
        .iter()
        .map(|event| event["time"].as_str().unwrap().to_owned())
        .collect()
}

#[actix_web::test]
async fn an_admin_reads_the_log_page_by_page_newest_first() {
    let app = TestApp::new().await;
    // Three at the same instant: the place in the list must not depend on time alone.
    let at = |hour: u8| {
        seen(
            &format!("v{hour}"),
            &format!("2026-03-01T{:02}:00:00Z", hour.min(3)),
        )
    };
    app.take((1..=5).map(at).collect()).await;

    let first = app.admin().get(&format!("{URL}?limit=2")).await.body;
    app.take(vec![seen("late", "2026-03-02T00:00:00Z")]).await;
    let mut all = times(&first);
    let mut next = first["next_cursor"].as_str().map(str::to_owned);
    while let Some(cursor) = next {
        let page = app
            .admin()
            .get(&format!("{URL}?limit=2&cursor={cursor}"))
            .await
            .body;
        all.extend(times(&page));
        next = page["next_cursor"].as_str().map(str::to_owned);
    }

    let hours = [3, 3, 3, 2, 1].map(|hour| format!("2026-03-01T0{hour}:00:00Z"));
    assert_eq!(all, hours);
}

#[actix_web::test]
async fn an_event_is_shown_as_it_was_told() {
    let app = TestApp::new().await;
    let created = order(vec![item(SHOP, 11, 1)], "2026-03-01T10:00:00Z").created();
    app.take(vec![created.clone()]).await;

    let body = app.admin().get(URL).await.body;

    let event = &body["items"][0];
    assert_eq!(event["id"], created.id.to_string());
    assert_eq!(
        (&event["type"], &event["source"]),
        (&"order.created".into(), &"/order-svc".into())
    );
    assert_eq!(event["subject"], created.subject);
    assert_eq!(event["user_id"], BUYER.to_string());
    assert_eq!(event["correlation_id"], "request-1");
    assert_eq!(event["data"], created.data);
}

#[actix_web::test]
async fn filters_narrow_the_list() {
    let app = TestApp::new().await;
    let created = order(vec![item(SHOP, 11, 1)], "2026-03-01T10:00:00Z").created();
    app.take(vec![created, seen("ann", "2026-03-02T10:00:00Z"), approved()])
        .await;

    for (query, count) in [
        ("type=order.created".to_owned(), 1),
        ("type=order.refunded".to_owned(), 0),
        (format!("user_id={BUYER}"), 1),
        (format!("user_id={OWNER}"), 1),
        (format!("shop_id={SHOP}"), 2),
        (format!("shop_id={OTHER}"), 0),
        (format!("shop_id={SHOP}&type=shop.viewed"), 1),
        ("from=2026-03-02".to_owned(), 1),
        ("to=2026-03-01".to_owned(), 2),
        ("from=2026-03-01T10:00:00Z&to=2026-03-02T10:00:00Z".to_owned(), 1),
    ] {
        let body = app.admin().get(&format!("{URL}?{query}")).await.body;
        assert_eq!(body["items"].as_array().unwrap().len(), count, "{query}");
    }
}

#[actix_web::test]
async fn only_admins_read_it() {
    let app = TestApp::new().await;

    assert_eq!(
        app.anonymous().get(URL).await.problem(),
        (401, "authentication-required")
    );
    assert_eq!(app.customer(OWNER).get(URL).await.problem(), (403, "admin-only"));
}

#[actix_web::test]
async fn bad_parameters_are_refused() {
    let app = TestApp::new().await;

    for query in [
        "limit=0",
        "limit=101",
        "cursor=x",
        "user_id=me",
        "shop_id=1",
        "from=now",
        "to=2026-02-30",
        "from=2026-03-02&to=2026-03-01",
        "type=",
    ] {
        let response = app.admin().get(&format!("{URL}?{query}")).await;
        assert_eq!(response.problem(), (422, "validation-failed"), "{query}");
    }
}
