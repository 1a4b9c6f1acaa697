//! How long rows are kept.

use order_svc::store::retention::RULES;

use crate::app::TestApp;

#[actix_web::test]
async fn a_verdict_is_kept_with_its_order_or_for_longer_than_the_reservation() {
    let app = TestApp::new().await;
    app.sql(
        "insert into verdicts (reservation_id, verdict, order_id, decided_at) values
         (gen_random_uuid(), 'ordered', gen_random_uuid(), now() - interval '10 years'),
         (gen_random_uuid(), 'abandoned', null, now() - interval '43 days'),
         (gen_random_uuid(), 'abandoned', null, now() - interval '41 days')",
    )
    .await;

    let removed = app.db.sweep(RULES).await;

    let left = [
        app.db.count("verdicts where verdict = 'ordered'").await,
        app.db.count("verdicts where verdict = 'abandoned'").await,
    ];
    assert_eq!((removed, left), (1, [1, 1]));
}
