//! Words that a later build has written: left to it, and holding up nothing behind them.

use serde_json::json;
use user_svc::routes::erasure::eraser;

use crate::app::{PASSWORD, TestApp};
use crate::post::Post;

#[actix_web::test]
async fn a_mail_for_an_unknown_purpose_stays_and_those_behind_it_go() {
    let (app, post) = (TestApp::new().await, Post::new());
    app.db.lift_checks("mails").await;
    app.sql(
        "insert into mails (id, purpose, recipient, next_attempt_at)
         values (gen_random_uuid(), 'confirm_payment', 'first@example.org', now() - interval '1 day')",
    )
    .await;
    app.registered().await;

    assert_eq!(post.deliver(&app).await.len(), 1);

    let untouched = "mails where purpose = 'confirm_payment' and attempts = 0";
    assert_eq!(
        (app.db.count("mails").await, app.db.count(untouched).await),
        (1, 1)
    );
}

#[actix_web::test]
async fn an_erasure_in_an_unknown_state_is_left_to_the_build_that_knows_it() {
    let app = TestApp::new().await;
    let (waiting, user) = (app.registered().await, app.registered().await);
    app.db.lift_checks("erasures").await;
    app.sql(&format!(
        "insert into erasures (user_id, state, attempt, busy_until)
         values ('{}', 'archiving', nextval('erasure_attempts'), now() - interval '1 day'),
                ('{}', 'closing', nextval('erasure_attempts'), now() - interval '1 hour')",
        waiting.id, user.id
    ))
    .await;

    eraser(&app.state).carry_on().await.unwrap();

    assert_eq!(app.db.count("erasures where state = 'archiving'").await, 1);
    assert_eq!(app.db.count("erasures").await, 1);
    assert_eq!(app.neighbours.closed(waiting.id), (false, false));
    assert_eq!(app.neighbours.closed(user.id), (true, true));
    // Asking once more leaves it where it is, too.
    let again = app
        .server
        .customer(waiting.id)
        .delete_with("/api/v1/users/me", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(again.status, 202, "{again:?}");
    assert_eq!(app.db.count("erasures where state = 'archiving'").await, 1);
}

#[actix_web::test]
async fn a_secret_for_an_unknown_purpose_ends_with_the_account() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    app.db.lift_checks("mail_tokens").await;
    app.sql(&format!(
        "insert into mail_tokens (user_id, purpose, hash, expires_at)
         values ('{}', 'change_email', '\\x01', now() + interval '1 day')",
        user.id
    ))
    .await;

    let erased = app
        .server
        .customer(user.id)
        .delete_with("/api/v1/users/me", json!({ "password": PASSWORD }))
        .await;

    assert_eq!(erased.status, 204, "{erased:?}");
    assert_eq!(app.db.count("mail_tokens").await, 0);
}
