//! How long rows are kept.

use analytics_svc::domain::MAX_DAYS;
use analytics_svc::store::retention::RULES;

use crate::harness::TestApp;

#[actix_web::test]
async fn visits_are_kept_for_the_longest_report_and_the_period_before_it() {
    let app = TestApp::new().await;
    let needed = 2 * MAX_DAYS;
    app.db
        .run_sql(&format!(
            "insert into visits (shop_id, bucket, visitor) select gen_random_uuid(), now() - days * interval '1 day', 'v'
             from unnest(array[0, {needed}, 801]) as days"
        ))
        .await;

    let removed = app.db.sweep(RULES).await;

    assert_eq!((removed, app.db.count("visits").await), (1, 2));
}
