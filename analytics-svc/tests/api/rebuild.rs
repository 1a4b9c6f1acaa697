use souk_contracts::events::OrderItemStatus::{Cancelled, Delivered};

use crate::harness::TestApp;
use crate::story::{
    BUYER, OTHER, OWNER, SHOP, approved, closed, erased, item, order, renamed, seen, seen_product,
};

#[actix_web::test]
async fn figures_computed_again_from_the_log_are_the_same() {
    let app = TestApp::new().await;
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
        closed(),
        erased(BUYER),
        erased(OWNER),
    ])
    .await;
    let before = app.rows().await;

    let read = app.rebuild().await;

    assert_eq!(read, 10);
    assert_eq!(app.rows().await, before);
}

#[actix_web::test]
async fn a_long_log_is_read_to_its_end() {
    let app = TestApp::new().await;
    let orders = (0..1100).map(|_| order(vec![item(SHOP, 11, 1)], "2026-03-01T10:00:00Z").created());
    app.take(orders.collect()).await;
    let before = app.rows().await;

    let read = app.rebuild().await;

    assert_eq!(read, 1100);
    assert_eq!(app.rows().await, before);
}

#[actix_web::test]
async fn a_spoiled_sum_is_put_right() {
    let app = TestApp::new().await;
    app.take(vec![
        order(vec![item(SHOP, 11, 1)], "2026-03-01T10:00:00Z").created(),
    ])
    .await;
    let before = app.rows().await;
    let mut conn = app.db.db().conn().await.unwrap();
    let spoil = diesel::sql_query("update shop_sales set booked = 7");
    diesel_async::RunQueryDsl::execute(spoil, &mut conn)
        .await
        .unwrap();
    assert_ne!(app.rows().await, before);

    app.rebuild().await;

    assert_eq!(app.rows().await, before);
}
