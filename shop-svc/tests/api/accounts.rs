use serde_json::{Value, json};
use souk_testkit::{Client, Response};
use uuid::Uuid;

use crate::app::{SHOPS, TestApp};

async fn ask(app: &TestApp, what: &str, user_id: Uuid, attempt: i64) -> Response {
    app.server
        .peer("user-svc")
        .post(
            &format!("/internal/accounts/{user_id}/{what}"),
            json!({ "attempt": attempt }),
        )
        .await
}

async fn apply(who: &Client) -> Response {
    who.post(SHOPS, json!({ "name": "Caspian Leather" })).await
}

#[actix_web::test]
async fn a_closed_account_opens_no_shop_until_it_is_open_again() {
    let app = TestApp::new().await;
    let user = app.someone();

    let closed = ask(&app, "close", user.user_id(), 1).await;
    let again = ask(&app, "close", user.user_id(), 1).await;
    let refused = apply(&user).await;
    let reopened = ask(&app, "reopen", user.user_id(), 2).await;

    assert_eq!((closed.status, again.status, reopened.status), (204, 204, 204));
    assert_eq!(refused.problem(), (409, "account-closed"));
    assert_eq!(apply(&user).await.status, 201);
}

#[actix_web::test]
async fn an_account_with_an_open_shop_stays_open() {
    let app = TestApp::new().await;
    let shop = app.rejected().await;
    let user_id = shop.owner.user_id();

    let refused = ask(&app, "close", user_id, 1).await;
    assert_eq!(refused.problem(), (409, "open-shop"));
    assert_eq!(shop.owner.delete(&shop.url("")).await.status, 204);

    assert_eq!(ask(&app, "close", user_id, 1).await.status, 204);
}

#[actix_web::test]
async fn an_older_attempt_changes_nothing() {
    let app = TestApp::new().await;
    let user = app.someone();
    ask(&app, "close", user.user_id(), 5).await;

    let reopened = ask(&app, "reopen", user.user_id(), 4).await;
    assert_eq!((reopened.status, apply(&user).await.status), (204, 409));
    ask(&app, "reopen", user.user_id(), 6).await;
    let closed = ask(&app, "close", user.user_id(), 5).await;

    assert_eq!(closed.problem(), (409, "stale-attempt"));
    assert_eq!(apply(&user).await.status, 201);
}

#[actix_web::test]
async fn of_an_application_and_a_closing_at_once_one_is_refused() {
    let app = TestApp::new().await;
    for _ in 0..10 {
        let user = app.someone();

        let (applied, closed) = tokio::join!(apply(&user), ask(&app, "close", user.user_id(), 1));

        match (applied.status, closed.status) {
            (201, 409) => assert_eq!(closed.slug(), "open-shop"),
            (409, 204) => assert_eq!(applied.slug(), "account-closed"),
            other => panic!("{other:?}"),
        }
    }
}

#[actix_web::test]
async fn only_services_close_accounts() {
    let app = TestApp::new().await;
    let user = app.someone();
    let close = format!("/internal/accounts/{}/close", user.user_id());

    assert_eq!(
        user.post(&close, json!({ "attempt": 1 })).await.problem(),
        (403, "mesh-only")
    );
    let peer = app.server.peer("user-svc");
    assert_eq!(peer.post(&close, json!({ "attempt": 0 })).await.status, 422);
    assert_eq!(peer.post(&close, Value::Null).await.status, 422);
    assert_eq!(
        peer.unsigned()
            .post(&close, json!({ "attempt": 1 }))
            .await
            .problem(),
        (401, "mesh-signature")
    );
}
