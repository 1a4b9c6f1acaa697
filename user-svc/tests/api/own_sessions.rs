use serde_json::json;
use uuid::Uuid;

use crate::app::TestApp;

fn list(user: Uuid, more: &str) -> String {
    format!("/internal/users/{user}/sessions?{more}")
}

fn end(user: Uuid, session: Uuid) -> String {
    format!("/internal/users/{user}/sessions/{session}/end")
}

#[actix_web::test]
async fn a_user_sees_the_living_sessions_newest_first() {
    let app = TestApp::new().await;
    let (user, other) = (app.registered().await, app.registered().await);
    let (first, second, third) = (
        app.logged_in(&user).await,
        app.logged_in(&user).await,
        app.logged_in(&user).await,
    );
    app.logged_in(&other).await;
    app.gateway().post_empty(&end(user.id, second.session)).await;

    let page = list(user.id, &format!("limit=1&current={}", first.session));
    let newest = app.gateway().get(&page).await;
    let cursor = newest.body["next_cursor"].as_str().unwrap();
    let oldest = app.gateway().get(&format!("{page}&cursor={cursor}")).await;

    let item = &newest.body["items"][0];
    assert_eq!(
        (&item["id"], &item["current"]),
        (&json!(third.session), &json!(false))
    );
    assert_eq!(
        (&item["user_agent"], &item["address"]),
        (&json!("test"), &json!("127.0.0.1"))
    );
    let item = &oldest.body["items"][0];
    assert_eq!(
        (&item["id"], &item["current"]),
        (&json!(first.session), &json!(true))
    );
    assert_eq!(oldest.body["next_cursor"], json!(null));
}

#[actix_web::test]
async fn a_refresh_is_a_use_of_the_session() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let login = app.logged_in(&user).await;
    let used = async || {
        let page = app.gateway().get(&list(user.id, "")).await;
        page.body["items"][0]["last_used_at"].clone()
    };
    let before = used().await;

    app.refresh(&login.refresh).await;

    assert_ne!(used().await, before);
}

#[actix_web::test]
async fn a_foreign_cursor_is_refused() {
    let app = TestApp::new().await;

    let page = app.gateway().get(&list(Uuid::now_v7(), "cursor=x")).await;

    assert_eq!(page.problem(), (422, "validation-failed"));
}

#[actix_web::test]
async fn a_session_is_ended_by_its_user_alone() {
    let app = TestApp::new().await;
    let (user, other) = (app.registered().await, app.registered().await);
    let (login, kept) = (app.logged_in(&user).await, app.logged_in(&user).await);

    let foreign = app.gateway().post_empty(&end(other.id, login.session)).await;
    let unknown = app.gateway().post_empty(&end(user.id, Uuid::now_v7())).await;
    assert_eq!(foreign.problem(), (404, "not-found"));
    assert_eq!(unknown.problem(), (404, "not-found"));

    let ended = app.gateway().post_empty(&end(user.id, login.session)).await;
    let again = app.gateway().post_empty(&end(user.id, login.session)).await;
    assert_eq!((ended.status, again.status), (204, 204));
    assert_eq!(app.refresh(&login.refresh).await.status, 401);
    assert_eq!(app.refresh(&kept.refresh).await.status, 200);
}

#[actix_web::test]
async fn all_sessions_end_at_once_and_again_without_harm() {
    let app = TestApp::new().await;
    let (user, other) = (app.registered().await, app.registered().await);
    let (one, two, foreign) = (
        app.logged_in(&user).await,
        app.logged_in(&user).await,
        app.logged_in(&other).await,
    );
    let end = format!("/internal/users/{}/sessions/end", user.id);

    let ended = app.gateway().post_empty(&end).await;
    let again = app.gateway().post_empty(&end).await;

    assert_eq!(ended.body["users"][0]["user_id"], json!(user.id));
    assert!(again.body["users"][0]["until"].as_i64() >= ended.body["users"][0]["until"].as_i64());
    let lately = app.gateway().get("/internal/users/ended?seconds=60").await;
    assert_eq!(
        lately.body,
        json!({ "users": again.body["users"], "more": false })
    );
    for login in [&one, &two] {
        assert_eq!(app.refresh(&login.refresh).await.status, 401);
    }
    assert_eq!(app.refresh(&foreign.refresh).await.status, 200);
    assert_eq!(
        app.gateway().get(&list(user.id, "")).await.body["items"],
        json!([])
    );
}

#[actix_web::test]
async fn a_login_after_the_end_is_granted_after_it() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let end = format!("/internal/users/{}/sessions/end", user.id);

    let ended = app.gateway().post_empty(&end).await;
    let grant = app.login(&user.email, crate::app::PASSWORD).await;

    let granted = grant.body["granted_at"].as_str().unwrap();
    let granted = chrono::DateTime::parse_from_rfc3339(granted).unwrap();
    assert!(granted.timestamp_millis() > ended.body["users"][0]["until"].as_i64().unwrap());
}
