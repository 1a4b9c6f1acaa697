//! How long rows are kept.

use cart_svc::store::retention::RULES;

use crate::app::TestApp;

#[actix_web::test]
async fn an_applied_order_is_kept_while_it_is_the_latest_or_an_event_may_name_it() {
    let app = TestApp::new().await;
    // Customers 1 to 4; the digits of an id are those of its customer and of the row.
    app.db
        .run_sql(
            "insert into carts (user_id)
             select ('00000000-0000-0000-0000-00000000000' || number)::uuid from generate_series(1, 4) as number;
             insert into applied (user_id, id, is_order, applied_at)
             select ('00000000-0000-0000-0000-00000000000' || customer)::uuid,
                 ('00000000-0000-0000-0000-0000000000' || customer || number)::uuid, is_order, now() - age
             from (values
                 (1, 1, true, interval '300 days'), (1, 2, true, interval '200 days'), (1, 3, false, interval '100 days'),
                 (2, 1, null, interval '300 days'), (2, 2, null, interval '200 days'),
                 (3, 1, null, interval '300 days'), (3, 2, true, interval '1 day'), (3, 3, true, interval '27 days'),
                 (4, 1, true, interval '300 days'), (4, 2, true, interval '1 day')
             ) as row (customer, number, is_order, age);
             insert into parked (id, queue, reason, payload) values (gen_random_uuid(), 'cart-svc.orders', '',
                 convert_to('{\"data\":{\"order_id\":\"00000000-0000-0000-0000-000000000041\"}}', 'UTF8'))",
        )
        .await;

    app.db.sweep(RULES).await;

    let gone = "applied where right(id::text, 2) in ('11', '13', '31')";
    assert_eq!(app.db.count(gone).await, 0);
    // The latest of the first customer, two of the second of which either may be it, two young ones, one that was parked.
    assert_eq!(app.db.count("applied").await, 7);
}
