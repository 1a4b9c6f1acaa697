//! Rows as the baseline writes them.

use souk_contracts::events::OrderItemStatus::{Cancelled, Delivered};

use crate::harness::TestApp;
use crate::story::{BUYER, OTHER, SHOP, approved, item, order, renamed, seen, seen_product};

/// Events of each kind that figures are made of, and the figures.
async fn fill(app: &TestApp) {
    let story = order(
        vec![item(SHOP, 11, 2), item(SHOP, 12, 1), item(OTHER, 13, 1)],
        "2026-03-01T10:00:00Z",
    );
    app.take_singly([
        story.moved(0, Delivered, "2026-03-03T10:00:00Z"),
        renamed("Tea Palace", 7),
        story.created(),
        story.moved(1, Cancelled, "2026-03-01T11:00:00Z"),
        seen("ann", "2026-03-01T10:00:00Z"),
        seen_product(&BUYER.to_string(), Some(BUYER), "2026-03-01T09:00:00Z"),
        approved(),
    ])
    .await;
}

#[actix_web::test]
async fn its_log_makes_the_same_figures_and_kinds_of_a_later_build_make_none() {
    let app = TestApp::new().await;
    app.db
        .baseline_rows(env!("CARGO_MANIFEST_DIR"), "tests/baseline/rows.json", fill(&app))
        .await;
    let before = app.rows().await;
    assert!(!before.is_empty());

    assert_eq!(app.rebuild().await, 7);
    assert_eq!(app.rows().await, before);

    app.db
        .run_sql("update event_log set \"type\" = 'parcel.returned' where \"type\" = 'shop.viewed'")
        .await;
    assert_eq!(app.rebuild().await, 7);
}
