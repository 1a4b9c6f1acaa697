use serde_json::json;
use souk_testkit::exported;
use uuid::Uuid;

use crate::harness::TestApp;
use crate::story::{BUYER, SHOP, item, order};

#[actix_web::test]
async fn a_customer_is_told_every_event_of_the_log_that_names_them() {
    let app = TestApp::new().await;
    let story = order(vec![item(SHOP, 11, 2)], "2026-03-01T10:00:00Z");
    app.take(vec![story.created()]).await;

    let kept = exported(app.server(), BUYER).await;

    assert_eq!(kept["events"].len(), 1);
    assert_eq!(kept["events"][0]["type"], "order.created");
    assert_eq!(kept["events"][0]["data"]["user_id"], json!(BUYER));
    assert!(exported(app.server(), Uuid::now_v7()).await["events"].is_empty());
}

#[actix_web::test]
async fn a_long_log_is_told_page_by_page() {
    let app = TestApp::new().await;
    let created = |n: u32| {
        order(
            vec![item(SHOP, 11, 1)],
            &format!("2026-03-01T10:{:02}:00Z", n % 60),
        )
        .created()
    };
    app.take((0..1100).map(created).collect()).await;

    let kept = exported(app.server(), BUYER).await;

    let mut ids: Vec<_> = kept["events"]
        .iter()
        .map(|event| event["id"].to_string())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 1100);
}
