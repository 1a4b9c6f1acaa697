use serde_json::{Value, json};
use souk_testkit::Response;

use crate::app::{PASSWORD, Registered, TestApp};
use crate::post::Post;

const NEW: &str = "eleven calm herons";

async fn ask(app: &TestApp, email: &str) -> Response {
    app.gateway()
        .post("/internal/password-resets", json!({ "email": email }))
        .await
}

async fn confirm(app: &TestApp, token: &str, password: &str) -> Response {
    let body = json!({ "token": token, "new_password": password });
    app.gateway()
        .post("/internal/password-resets/confirm", body)
        .await
}

/// A user whose verification mail is out of the way.
async fn user(app: &TestApp, post: &Post) -> Registered {
    let user = app.registered().await;
    post.deliver(app).await;
    user
}

#[actix_web::test]
async fn a_mailed_link_sets_a_password_and_ends_every_session() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = user(&app, &post).await;
    let (one, two) = (app.logged_in(&user).await, app.logged_in(&user).await);

    assert_eq!(ask(&app, &user.email.to_uppercase()).await.status, 202);
    let letters = post.deliver(&app).await;
    let set = confirm(&app, &letters[0].token, NEW).await;

    assert_eq!(letters[0].subject, "Set a new password");
    assert_eq!(
        (set.status, &set.body["users"][0]["user_id"]),
        (200, &json!(user.id))
    );
    for login in [one, two] {
        assert_eq!(app.refresh(&login.refresh).await.status, 401);
    }
    assert_eq!(app.login(&user.email, PASSWORD).await.status, 401);
    assert_eq!(app.login(&user.email, NEW).await.status, 201);
}

#[actix_web::test]
async fn an_unknown_address_is_answered_alike_and_gets_nothing() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = user(&app, &post).await;

    let known = ask(&app, &user.email).await;
    let unknown = ask(&app, "nobody@example.org").await;

    assert_eq!((known.status, &known.body), (202, &Value::Null));
    assert_eq!((unknown.status, &unknown.body), (202, &Value::Null));
    // The same is done for both until a mail is due.
    assert_eq!(app.db.count("mails").await, 2);
    let letters = post.deliver(&app).await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].to.contains(&user.email));
    assert_eq!(app.db.count("mails").await, 0);
}

#[actix_web::test]
async fn a_link_works_once() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = user(&app, &post).await;
    ask(&app, &user.email).await;
    let token = post.token(&app).await;

    assert_eq!(confirm(&app, &token, NEW).await.status, 200);
    let again = confirm(&app, &token, "twelve calm herons").await;

    assert_eq!(again.problem(), (422, "invalid-reset-token"));
    assert_eq!(again.body["errors"][0]["pointer"], "/token");
    assert_eq!(app.login(&user.email, NEW).await.status, 201);
}

#[actix_web::test]
async fn of_two_confirmations_at_once_one_wins() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = user(&app, &post).await;
    ask(&app, &user.email).await;
    let token = post.token(&app).await;

    let (one, two) = tokio::join!(
        confirm(&app, &token, "eleven calm herons"),
        confirm(&app, &token, "twelve calm herons"),
    );

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
    let set = if one.status == 200 { "eleven" } else { "twelve" };
    let login = app.login(&user.email, &format!("{set} calm herons")).await;
    assert_eq!(login.status, 201);
}

#[actix_web::test]
async fn a_newer_link_replaces_the_older() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = user(&app, &post).await;
    ask(&app, &user.email).await;
    let older = post.token(&app).await;
    ask(&app, &user.email).await;
    let newer = post.token(&app).await;

    assert_eq!(
        confirm(&app, &older, NEW).await.problem(),
        (422, "invalid-reset-token")
    );
    assert_eq!(confirm(&app, &newer, NEW).await.status, 200);
}

#[actix_web::test]
async fn asked_for_twice_at_once_it_is_one_mail() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = user(&app, &post).await;
    let upper = user.email.to_uppercase();

    let (one, two) = tokio::join!(ask(&app, &user.email), ask(&app, &upper));

    assert_eq!((one.status, two.status), (202, 202));
    let token = post.token(&app).await;
    assert_eq!(confirm(&app, &token, NEW).await.status, 200);
}

#[actix_web::test]
async fn a_link_ends_after_half_an_hour() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = user(&app, &post).await;
    ask(&app, &user.email).await;
    let token = post.token(&app).await;
    let left = "expires_at between now() + interval '29 minutes' and now() + interval '30 minutes'";
    assert_eq!(
        app.db
            .count(&format!(
                "mail_tokens where purpose = 'reset_password' and {left}"
            ))
            .await,
        1
    );

    app.sql("update mail_tokens set expires_at = now()").await;

    assert_eq!(
        confirm(&app, &token, NEW).await.problem(),
        (422, "invalid-reset-token")
    );
}

#[actix_web::test]
async fn a_bad_password_leaves_the_link_good() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = user(&app, &post).await;
    ask(&app, &user.email).await;
    let token = post.token(&app).await;

    for password in ["short", "password123"] {
        let refused = confirm(&app, &token, password).await;
        assert_eq!(refused.problem(), (422, "validation-failed"));
        assert_eq!(refused.body["errors"][0]["pointer"], "/new_password");
    }

    assert_eq!(confirm(&app, &token, NEW).await.status, 200);
}

#[actix_web::test]
async fn only_the_hash_of_a_secret_is_kept() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = user(&app, &post).await;
    ask(&app, &user.email).await;
    let token = post.token(&app).await;

    assert_eq!(token.len(), 43);
    let hashed = format!("mail_tokens where hash = sha256('{token}'::bytea)");
    assert_eq!(app.db.count(&hashed).await, 1);
    for table in ["mails", "mail_tokens"] {
        let readable = format!("{table} t where t::text like '%{token}%'");
        assert_eq!(app.db.count(&readable).await, 0);
    }
}

#[actix_web::test]
async fn other_secrets_set_no_password() {
    let (app, post) = (TestApp::new().await, Post::new());
    app.registered().await;
    let verification = post.token(&app).await;

    for token in [&*verification, "made up"] {
        let refused = confirm(&app, token, NEW).await;
        assert_eq!(refused.problem(), (422, "invalid-reset-token"));
    }
}

#[actix_web::test]
async fn who_may_not_log_in_resets_nothing() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = user(&app, &post).await;
    ask(&app, &user.email).await;
    let token = post.token(&app).await;
    app.sql("update users set is_active = false").await;

    assert_eq!(
        confirm(&app, &token, NEW).await.problem(),
        (422, "invalid-reset-token")
    );
    assert_eq!(ask(&app, &user.email).await.status, 202);
    assert!(post.deliver(&app).await.is_empty());
}

#[actix_web::test]
async fn a_password_that_was_changed_meanwhile_makes_the_link_void() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = user(&app, &post).await;
    ask(&app, &user.email).await;
    let token = post.token(&app).await;
    let body = json!({ "current_password": PASSWORD, "new_password": NEW });

    app.server
        .customer(user.id)
        .put("/api/v1/users/me/password", body)
        .await;

    let late = confirm(&app, &token, "twelve calm herons").await;
    assert_eq!(late.problem(), (422, "invalid-reset-token"));
    assert_eq!(app.login(&user.email, NEW).await.status, 201);
}

#[actix_web::test]
async fn only_addresses_are_asked_for() {
    let app = TestApp::new().await;

    for email in ["", "nobody", &format!("{}@example.org", "x".repeat(300))] {
        let refused = ask(&app, email).await;
        assert_eq!(refused.problem(), (422, "validation-failed"), "{email}");
    }
    assert_eq!(app.db.count("mails").await, 0);
}
