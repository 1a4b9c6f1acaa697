//! How long rows are kept.

use product_svc::store::retention::RULES;

use crate::app::TestApp;

/// A message whose data names `id`, as it lies among the parked.
fn parked(state: &str, id: &str) -> String {
    format!(
        "insert into parked (id, queue, reason, payload, state)
         select gen_random_uuid(), 'product-svc.orders', '', convert_to('{{\"data\":{{\"id\":\"' || {id} || '\"}}}}', 'UTF8'), '{state}'"
    )
}

#[actix_web::test]
async fn an_ended_reservation_is_kept_while_an_event_may_name_it() {
    let app = TestApp::new().await;
    app.db
        .run_sql(
            "insert into reservations (id, lines, status, expires_at, next_ask_at, ended_at)
             select ('00000000-0000-0000-0000-00000000000' || number)::uuid, '[]', status, now(), now(), now() - ended
             from (values (1, 'sold', interval '29 days'), (2, 'released', interval '29 days'), (3, 'sold', interval '27 days'),
                 (4, 'held', null), (5, 'sold', interval '300 days'), (6, 'sold', interval '300 days'))
                 as reservation (number, status, ended)",
        )
        .await;
    for (state, number) in [("parked", 5), ("dropped", 6)] {
        let id = format!("'00000000-0000-0000-0000-00000000000{number}'");
        app.db.run_sql(&parked(state, &id)).await;
    }

    let removed = app.db.sweep(RULES).await;

    assert_eq!(removed, 3);
    let kept = "reservations where right(id::text, 1) in ('3', '4', '5')";
    assert_eq!(app.db.count(kept).await, 3);
}

#[actix_web::test]
async fn an_item_that_was_put_back_is_known_while_an_event_may_name_it() {
    let app = TestApp::new().await;
    app.db
        .run_sql(
            "insert into stock_returns (order_item_id, variation_id, quantity, created_at, applied_at)
             select ('00000000-0000-0000-0000-00000000000' || number)::uuid, gen_random_uuid(), 1, now() - interval '300 days',
                 now() - applied
             from (values (1, interval '29 days'), (2, interval '27 days'), (3, null), (4, interval '300 days'))
                 as item (number, applied)",
        )
        .await;
    app.db
        .run_sql(&parked("parked", "'00000000-0000-0000-0000-000000000004'"))
        .await;

    let removed = app.db.sweep(RULES).await;

    assert_eq!(removed, 1);
    let kept = "stock_returns where right(order_item_id::text, 1) <> '1'";
    assert_eq!(app.db.count(kept).await, 3);
}
