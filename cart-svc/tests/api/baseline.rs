//! Rows as the baseline writes them, and words that a later build has written.

use serde_json::json;
use souk_testkit::exported;
use uuid::Uuid;

use crate::app::{TestApp, add, cart, only_line};

const CUSTOMER: Uuid = Uuid::from_u128(0x0197_a3c0_5a3f_7c86_9f0e_6a1d_c2b4_8e37);

/// A cart with a line.
async fn fill(app: &TestApp) {
    let shoes = app.sells(1299, 10);
    add(&app.server.customer(CUSTOMER), shoes.variation_id, 2).await;
}

#[actix_web::test]
async fn its_carts_are_read_and_emptied() {
    let app = TestApp::new().await;
    app.db
        .baseline_rows(env!("CARGO_MANIFEST_DIR"), "tests/baseline/rows.json", fill(&app))
        .await;
    let customer = app.server.customer(CUSTOMER);

    let line = only_line(&customer).await;
    assert_eq!(line["quantity"], 2);
    assert!(!exported(&app.server, CUSTOMER).await.is_empty());
    assert_eq!(customer.delete("/api/v1/cart/items").await.status, 204);
    assert_eq!(cart(&customer).await["lines"], json!([]));
}

#[actix_web::test]
async fn a_shop_in_an_unknown_status_is_no_reason_to_fail() {
    let app = TestApp::new().await;
    let customer = app.customer();
    add(&customer, app.sells(1299, 10).variation_id, 2).await;
    app.db.lift_checks("mirror_shops").await;
    app.db
        .run_sql(
            "insert into mirror_shops (shop_id, owner_id, name, slug, status, version, changed_at)
             select shop_id, gen_random_uuid(), 'Lamps', 'lamps', 'on_holiday', 9, now() from mirror_products
             on conflict (shop_id) do update set status = excluded.status",
        )
        .await;
    assert_eq!(app.db.count("mirror_shops where status = 'on_holiday'").await, 1);

    let line = only_line(&customer).await;

    assert_eq!(line["quantity"], 2);
}
