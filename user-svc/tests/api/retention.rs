//! How long rows are kept.

use user_svc::store::retention::RULES;

use crate::app::TestApp;

#[actix_web::test]
async fn spent_refresh_tokens_are_kept_for_30_days_and_others_with_their_session() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let living = app.logged_in(&user).await;
    for (token, used) in [
        ("'a'", "now() - interval '31 days'"),
        ("'b'", "now() - interval '29 days'"),
        ("'c'", "null"),
    ] {
        app.sql(&format!(
            "insert into refresh_tokens (hash, session_id, created_at, used_at)
             values ({token}, '{}', now() - interval '32 days', {used})",
            living.session
        ))
        .await;
    }

    let removed = app.db.sweep(RULES).await;

    // Two of these and the one that the session holds.
    assert_eq!((removed, app.db.count("refresh_tokens").await), (1, 3));
    assert_eq!(app.refresh(&living.refresh).await.status, 200);
}
