use serde_json::json;

use crate::app::{PASSWORD, TestApp};

#[actix_web::test]
async fn a_login_grants_a_session() {
    let app = TestApp::new().await;
    let user = app.registered().await;

    let grant = app.login(&user.email.to_uppercase(), PASSWORD).await;

    assert_eq!(grant.status, 201, "{grant:?}");
    assert_eq!(grant.body["user_id"], json!(user.id));
    assert_eq!(grant.body["role"], "customer");
    assert_eq!(grant.body["refresh_token"].as_str().unwrap().len(), 43);
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_address_look_alike() {
    let app = TestApp::new().await;
    let user = app.registered().await;

    let wrong = app.login(&user.email, "not the password").await;
    let unknown = app.login("nobody@example.org", PASSWORD).await;

    assert_eq!(wrong.problem(), (401, "invalid-credentials"));
    assert_eq!(unknown.problem(), (401, "invalid-credentials"));
    assert_eq!(wrong.body["detail"], unknown.body["detail"]);
}

#[actix_web::test]
async fn an_ended_session_refreshes_nothing_and_ends_twice_without_harm() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let grant = app.login(&user.email, PASSWORD).await.body;
    let end = format!("/internal/sessions/{}/end", grant["session_id"].as_str().unwrap());

    let ended = app.gateway().post(&end, json!(null)).await;
    let again = app.gateway().post(&end, json!(null)).await;

    assert_eq!((ended.status, again.status), (204, 204));
    assert_eq!(
        app.refresh(&grant["refresh_token"]).await.problem(),
        (401, "invalid-refresh-token")
    );
}

#[actix_web::test]
async fn an_unknown_refresh_token_is_refused() {
    let app = TestApp::new().await;

    assert_eq!(
        app.refresh(&json!("made up")).await.problem(),
        (401, "invalid-refresh-token")
    );
    assert_eq!(
        app.refresh(&json!("")).await.problem(),
        (422, "validation-failed")
    );
}

#[actix_web::test]
async fn sessions_that_ended_lately_are_listed() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let ended = app.login(&user.email, PASSWORD).await.body;
    let living = app.login(&user.email, PASSWORD).await.body;
    let end = format!("/internal/sessions/{}/end", ended["session_id"].as_str().unwrap());
    app.gateway().post(&end, json!(null)).await;

    let list = app.gateway().get("/internal/sessions/ended?seconds=960").await;
    let after = format!(
        "/internal/sessions/ended?seconds=960&after={}",
        living["session_id"].as_str().unwrap()
    );

    assert_eq!(
        list.body,
        json!({ "session_ids": [ended["session_id"]], "more": false })
    );
    assert_eq!(app.gateway().get(&after).await.body["session_ids"], json!([]));
}
