//! How long rows are kept.

use search_svc::consumers::OnStockChanged;
use search_svc::ops::keep_product;
use search_svc::store::retention::RULES;
use souk_contracts::events::{ProductSnapshot, StockChanged};

use crate::app::TestApp;
use crate::facts::{product, shop, variation};

async fn keep(app: &TestApp, product: &ProductSnapshot, version: i64) {
    app.db
        .db()
        .transaction(async |tx| keep_product(tx, product, version).await)
        .await
        .unwrap();
}

#[actix_web::test]
async fn jobs_are_kept_for_a_while_after_their_end() {
    let app = TestApp::new().await;
    app.db
        .run_sql(
            "insert into maintenance_jobs (id, kind, source, status, finished_at)
             select gen_random_uuid(), 'drift', 'own', 'done', now() - make_interval(days => days) from unnest(array[1, 400]) as days;
             insert into maintenance_jobs (id, kind, source, status, created_at)
             values (gen_random_uuid(), 'drift', 'own', 'running', now() - interval '400 days')",
        )
        .await;

    assert_eq!(app.db.sweep(RULES).await, 1);
    assert_eq!(app.db.count("maintenance_jobs where kind = 'drift'").await, 2);
}

#[actix_web::test]
async fn stock_of_a_variation_that_was_removed_is_kept_while_events_may_be_late() {
    let app = TestApp::new().await;
    let mut lamp = product(&shop("Nur"), "Lamp");
    lamp.variations = vec![variation(100, 1), variation(100, 2), variation(100, 3)];
    keep(&app, &lamp, 1).await;
    let whole = lamp.clone();
    lamp.variations.truncate(1);
    keep(&app, &lamp, 3).await;
    app.db
        .run_sql("update stock set removed_at = now() - interval '13 days' where removed_at is not null")
        .await;

    // A second look changes nothing, and neither does what is late.
    keep(&app, &lamp, 4).await;
    keep(&app, &whole, 2).await;
    let removed = whole.variations[1].variation_id;
    let late = StockChanged {
        variation_id: removed,
        product_id: lamp.product_id,
        shop_id: lamp.shop_id,
        available: 7,
        stock_version: 9,
    };
    app.told(OnStockChanged, late, 1).await;
    assert_eq!((app.db.sweep(RULES).await, app.db.count("stock").await), (0, 3));

    app.db
        .run_sql("update stock set removed_at = removed_at - interval '2 days'")
        .await;
    assert_eq!((app.db.sweep(RULES).await, app.db.count("stock").await), (2, 1));
}

#[actix_web::test]
async fn a_variation_that_is_there_again_is_kept() {
    let app = TestApp::new().await;
    let mut lamp = product(&shop("Nur"), "Lamp");
    lamp.variations = vec![variation(100, 1), variation(100, 2)];
    let whole = lamp.clone();
    lamp.variations.truncate(1);
    keep(&app, &whole, 1).await;
    keep(&app, &lamp, 2).await;
    keep(&app, &whole, 3).await;
    app.db
        .run_sql("update stock set removed_at = removed_at - interval '20 days'")
        .await;

    assert_eq!((app.db.sweep(RULES).await, app.db.count("stock").await), (0, 2));
}
