//! Refresh tokens: each is spent once, and the race of two tabs is no theft.

use std::collections::HashSet;

use serde_json::{Value, json};
use souk_testkit::{Client, Response};
use user_svc::domain::hash_token;
use user_svc::flows;

use crate::app::{Login, PASSWORD, Registered, TestApp};

async fn refresh(gateway: &Client, token: &Value) -> Response {
    gateway
        .post("/internal/sessions/refresh", json!({ "refresh_token": token }))
        .await
}

async fn logged_in(app: &TestApp) -> (Registered, Login) {
    let user = app.registered().await;
    let login = app.logged_in(&user).await;
    (user, login)
}

/// The next token.
fn granted(answer: &Response) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["refresh_token"].clone()
}

fn refused(answer: &Response, ended: Option<&Login>) {
    assert_eq!(answer.problem(), (401, "invalid-refresh-token"), "{answer:?}");
    let ended = ended.map_or(Value::Null, |login| json!(login.session));
    assert_eq!(answer.body["ended_session"], ended);
}

/// How a token stands in a statement.
fn in_sql(token: &Value) -> String {
    let hash = hash_token(token.as_str().unwrap());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("'\\x{hex}'")
}

#[actix_web::test]
async fn a_refresh_token_is_traded_for_the_next_one() {
    let app = TestApp::new().await;
    let (user, login) = logged_in(&app).await;

    let second = app.refresh(&login.refresh).await;
    let third = app.refresh(&granted(&second)).await;

    assert_eq!(second.body["session_id"], json!(login.session));
    assert_eq!(second.body["user_id"], json!(user.id));
    assert_ne!(granted(&second), granted(&third));
    assert_ne!(granted(&second), login.refresh);
}

#[actix_web::test]
async fn tabs_of_one_client_get_one_successor_from_any_replica() {
    let app = TestApp::new().await;
    let (_, login) = logged_in(&app).await;
    let replica = app.replica();
    let gateways = [app.gateway(), replica.peer("gateway-itself")];

    let tabs = (0..20).map(|tab| refresh(&gateways[tab % 2], &login.refresh));
    let answers = futures_util::future::join_all(tabs).await;

    let tokens: HashSet<String> = answers.iter().map(|answer| granted(answer).to_string()).collect();
    assert_eq!(tokens.len(), 1);
    let granted_at: HashSet<String> = answers
        .iter()
        .map(|answer| answer.body["granted_at"].to_string())
        .collect();
    assert!(
        granted_at.len() > 1,
        "every access token is as old as its request"
    );
    let next = granted(&answers[0]);
    assert_ne!(granted(&app.refresh(&next).await), next);
}

#[actix_web::test]
async fn a_spent_token_ends_its_session_once_its_successor_was_used() {
    let app = TestApp::new().await;
    let (_, login) = logged_in(&app).await;
    let second = granted(&app.refresh(&login.refresh).await);
    assert_eq!(granted(&app.refresh(&login.refresh).await), second);
    let third = granted(&app.refresh(&second).await);

    let reused = app.refresh(&login.refresh).await;
    let after = app.refresh(&third).await;

    refused(&reused, Some(&login));
    refused(&after, None);
    refused(&app.refresh(&second).await, None);
}

#[actix_web::test]
async fn of_a_race_between_a_spent_token_and_its_successor_one_wins() {
    let app = TestApp::new().await;
    let replica = app.replica();
    let (gateway, other) = (app.gateway(), replica.peer("gateway-itself"));
    for _ in 0..10 {
        let (_, login) = logged_in(&app).await;
        let second = granted(&app.refresh(&login.refresh).await);

        let (late, next) = tokio::join!(refresh(&gateway, &login.refresh), refresh(&other, &second));

        let third = granted(&next);
        if late.status == 200 {
            // It came first, and changed nothing.
            assert_eq!(granted(&late), second);
            granted(&app.refresh(&third).await);
        } else {
            refused(&late, Some(&login));
            refused(&app.refresh(&third).await, None);
        }
    }
}

#[actix_web::test]
async fn a_spent_token_ends_its_session_after_ten_seconds() {
    let app = TestApp::new().await;
    let (_, login) = logged_in(&app).await;
    let second = granted(&app.refresh(&login.refresh).await);

    app.sql("update sessions set sealed_at = sealed_at - interval '3 seconds'")
        .await;
    assert_eq!(granted(&app.refresh(&login.refresh).await), second);
    app.sql("update sessions set sealed_at = sealed_at - interval '7 seconds'")
        .await;

    refused(&app.refresh(&login.refresh).await, Some(&login));
    refused(&app.refresh(&second).await, None);
}

#[actix_web::test]
async fn a_spent_token_gives_nothing_after_a_logout() {
    let app = TestApp::new().await;
    let (_, login) = logged_in(&app).await;
    granted(&app.refresh(&login.refresh).await);

    let end = format!("/internal/sessions/{}/end", login.session);
    app.gateway().post(&end, json!(null)).await;

    refused(&app.refresh(&login.refresh).await, None);
}

#[actix_web::test]
async fn a_spent_token_gives_nothing_when_its_session_has_expired() {
    let app = TestApp::new().await;
    let (_, login) = logged_in(&app).await;
    granted(&app.refresh(&login.refresh).await);

    app.sql("update sessions set expires_at = now()").await;

    refused(&app.refresh(&login.refresh).await, None);
}

#[actix_web::test]
async fn a_spent_token_gives_nothing_when_its_user_is_shut_out() {
    let app = TestApp::new().await;
    let (user, login) = logged_in(&app).await;
    granted(&app.refresh(&login.refresh).await);

    app.sql(&format!(
        "update users set is_active = false where id = '{}'",
        user.id
    ))
    .await;

    refused(&app.refresh(&login.refresh).await, None);
}

#[actix_web::test]
async fn a_repeated_refresh_grants_the_role_of_now() {
    let app = TestApp::new().await;
    let (user, login) = logged_in(&app).await;
    granted(&app.refresh(&login.refresh).await);

    app.sql(&format!(
        "update users set is_admin = true where id = '{}'",
        user.id
    ))
    .await;

    assert_eq!(app.refresh(&login.refresh).await.body["role"], "admin");
}

#[actix_web::test]
async fn a_token_spent_by_the_previous_build_ends_its_session() {
    let app = TestApp::new().await;
    let (_, login) = logged_in(&app).await;

    // It seals nothing.
    let spent = format!(
        "update refresh_tokens set used_at = now() where hash = {}",
        in_sql(&login.refresh)
    );
    app.sql(&spent).await;

    refused(&app.refresh(&login.refresh).await, Some(&login));
}

#[actix_web::test]
async fn a_successor_used_by_the_previous_build_is_used() {
    let app = TestApp::new().await;
    let (_, login) = logged_in(&app).await;
    let second = granted(&app.refresh(&login.refresh).await);

    // It leaves what is sealed as it was.
    let spent = format!(
        "update refresh_tokens set used_at = now() where hash = {}",
        in_sql(&second)
    );
    app.sql(&spent).await;

    refused(&app.refresh(&login.refresh).await, Some(&login));
}

#[actix_web::test]
async fn what_is_sealed_is_not_in_the_rows_and_is_cleared() {
    let app = TestApp::new().await;
    let (_, old) = logged_in(&app).await;
    let (_, fresh) = logged_in(&app).await;
    let successor = granted(&app.refresh(&old.refresh).await);
    granted(&app.refresh(&fresh.refresh).await);

    let rows = app.dump("sessions").await;
    let text = successor.as_str().unwrap();
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(rows.contains("\\\\x") && !rows.contains(text) && !rows.contains(&hex));
    let age = format!(
        "update sessions set sealed_at = sealed_at - interval '10 seconds' where id = '{}'",
        old.session
    );
    app.sql(&age).await;
    flows::clear_successors(app.state.db.clone()).await.unwrap();

    let sealed = async |login: &Login| {
        let row = format!(
            "(select sealed_successor, spent_hash from sessions where id = '{}')",
            login.session
        );
        app.dump(&row).await != "(,)"
    };
    assert!(!sealed(&old).await);
    assert!(sealed(&fresh).await);
    granted(&app.refresh(&fresh.refresh).await);
    granted(&app.refresh(&successor).await);
}

#[actix_web::test]
async fn a_new_password_ends_what_two_tabs_hold() {
    let app = TestApp::new().await;
    let (user, login) = logged_in(&app).await;
    let second = granted(&app.refresh(&login.refresh).await);
    let me = app.server.customer(user.id);
    let body = json!({ "current_password": PASSWORD, "new_password": "twelve other words" });

    assert_eq!(me.put("/api/v1/users/me/password", body).await.status, 204);

    refused(&app.refresh(&login.refresh).await, None);
    refused(&app.refresh(&second).await, None);
}
