use serde_json::json;
use souk_testkit::Response;
use uuid::Uuid;

use crate::app::TestApp;
use crate::post::Post;

async fn verify(app: &TestApp, token: &str) -> Response {
    app.gateway()
        .post("/internal/email-verifications", json!({ "token": token }))
        .await
}

async fn again(app: &TestApp, user: Uuid) -> Response {
    let path = format!("/internal/users/{user}/email-verification");
    app.gateway().post_empty(&path).await
}

#[actix_web::test]
async fn a_registration_mails_a_link_that_verifies_the_address() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = app.registered().await;

    let letters = post.deliver(&app).await;
    let verified = verify(&app, &letters[0].token).await;

    assert_eq!(letters[0].subject, "Confirm your e-mail address");
    assert!(letters[0].to.contains(&user.email));
    assert_eq!(verified.status, 204);
    let me = app.server.customer(user.id).get("/api/v1/users/me").await;
    assert_eq!(me.body["is_verified"], json!(true));
    let told = app.db.published_of("user.updated").await;
    assert_eq!((told.len(), told[0].version), (1, Some(2)));
    assert_eq!(
        (&told[0].data["is_verified"], &told[0].data["changed"]),
        (&json!(true), &json!(["is_verified"]))
    );
}

#[actix_web::test]
async fn a_link_works_once_and_a_made_up_one_never() {
    let (app, post) = (TestApp::new().await, Post::new());
    app.registered().await;
    let token = post.token(&app).await;

    let (one, two) = tokio::join!(verify(&app, &token), verify(&app, &token));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();

    assert_eq!(statuses, [204, 422]);
    for token in [&*token, "made up"] {
        assert_eq!(
            verify(&app, token).await.problem(),
            (422, "invalid-verification-token")
        );
    }
    assert_eq!(app.db.published_of("user.updated").await.len(), 1);
}

#[actix_web::test]
async fn asked_for_again_the_newer_link_counts() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = app.registered().await;
    let older = post.token(&app).await;

    assert_eq!(again(&app, user.id).await.status, 202);
    assert_eq!(again(&app, user.id).await.status, 202);
    let newer = post.token(&app).await;

    assert_eq!(verify(&app, &older).await.status, 422);
    assert_eq!(verify(&app, &newer).await.status, 204);
    assert_eq!(again(&app, user.id).await.problem(), (409, "email-verified"));
    assert_eq!(again(&app, Uuid::now_v7()).await.problem(), (404, "not-found"));
}

#[actix_web::test]
async fn a_refused_registration_mails_nothing() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = app.registered().await;
    post.deliver(&app).await;

    let taken = crate::app::registration(&user.email);
    app.gateway().post("/internal/users", taken).await;

    assert!(post.deliver(&app).await.is_empty());
}
