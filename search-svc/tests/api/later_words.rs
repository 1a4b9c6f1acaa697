//! Words that a later build has written: left to it, and holding up nothing behind them.

use crate::app::TestApp;

#[actix_web::test]
async fn entries_of_an_unknown_kind_stay_and_those_behind_them_are_indexed() {
    let app = TestApp::new().await;
    app.db.lift_checks("index_queue").await;
    // More than one batch of them, and before everything else.
    app.db
        .run_sql(
            "insert into index_queue (kind, id, seq)
             select 'category', gen_random_uuid(), -n from generate_series(1, 600) n",
        )
        .await;
    let shop = app.shop("Caspian Leather").await;
    app.product(&shop, "Weekend bag").await;

    assert_eq!(app.titles("bag").await, ["Weekend bag"]);

    assert_eq!(app.db.count("index_queue where kind = 'category'").await, 600);
    assert_eq!(app.waiting().await, 600);
}
