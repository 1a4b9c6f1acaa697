use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Login, PASSWORD, Registered, TestApp};

const PATH: &str = "/api/v1/users/me/password";
const NEW: &str = "eleven calm herons";

fn change(current: &str, new: &str) -> Value {
    json!({ "current_password": current, "new_password": new })
}

fn client(app: &TestApp, user: &Registered, login: &Login) -> souk_testkit::Client {
    app.server.customer(user.id).in_session(login.session)
}

#[actix_web::test]
async fn a_new_password_ends_every_other_session() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let (this, other) = (app.logged_in(&user).await, app.logged_in(&user).await);

    let changed = client(&app, &user, &this).put(PATH, change(PASSWORD, NEW)).await;

    assert_eq!(changed.status, 204);
    assert_eq!(
        changed.header("x-mesh-ended"),
        Some(&*format!("session:{}", other.session))
    );
    assert_eq!(app.refresh(&other.refresh).await.status, 401);
    assert_eq!(app.refresh(&this.refresh).await.status, 200);
    assert_eq!(app.login(&user.email, PASSWORD).await.status, 401);
    assert_eq!(app.login(&user.email, NEW).await.status, 201);
}

#[actix_web::test]
async fn the_password_must_be_known_and_the_new_one_good() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let (this, other) = (app.logged_in(&user).await, app.logged_in(&user).await);
    let client = client(&app, &user, &this);

    for (body, pointer, code) in [
        (change("not the password", NEW), "/current_password", "wrong"),
        (change(PASSWORD, "short"), "/new_password", "length"),
        (change(PASSWORD, "password123"), "/new_password", "common"),
        (change("", NEW), "/current_password", "length"),
        (json!({ "new_password": NEW }), "/current_password", "required"),
    ] {
        let refused = client.put(PATH, body).await;
        assert_eq!(refused.problem(), (422, "validation-failed"));
        let error = &refused.body["errors"][0];
        assert_eq!(
            (&error["pointer"], &error["code"]),
            (&json!(pointer), &json!(code))
        );
        assert_eq!(refused.header("x-mesh-ended"), None);
    }
    assert_eq!(app.refresh(&other.refresh).await.status, 200);
    assert_eq!(app.login(&user.email, PASSWORD).await.status, 201);
}

#[actix_web::test]
async fn nobody_has_no_password_to_change() {
    let app = TestApp::new().await;
    let body = change(PASSWORD, NEW);

    let nobody = app.gateway().put(PATH, body.clone()).await;
    let unsigned = app.server.customer(app.registered().await.id).unsigned();

    assert_eq!(nobody.problem(), (401, "authentication-required"));
    assert_eq!(
        unsigned.put(PATH, body.clone()).await.problem(),
        (401, "mesh-signature")
    );
    let gone = app.server.customer(Uuid::now_v7()).put(PATH, body).await;
    assert_eq!(gone.problem(), (404, "not-found"));
}

#[actix_web::test]
async fn of_two_changes_at_once_one_wins() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let (one, two) = (app.logged_in(&user).await, app.logged_in(&user).await);
    let (first, second) = (client(&app, &user, &one), client(&app, &user, &two));

    let (first, second) = tokio::join!(
        first.put(PATH, change(PASSWORD, "eleven calm herons")),
        second.put(PATH, change(PASSWORD, "twelve calm herons")),
    );

    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 422]);
    let (winner, loser) = if first.status == 204 {
        (&one, &two)
    } else {
        (&two, &one)
    };
    assert_eq!(app.refresh(&winner.refresh).await.status, 200);
    assert_eq!(app.refresh(&loser.refresh).await.status, 401);
}

#[actix_web::test]
async fn a_refresh_at_the_same_moment_saves_no_other_session() {
    let app = TestApp::new().await;
    for _ in 0..5 {
        let user = app.registered().await;
        let (this, one, two) = (
            app.logged_in(&user).await,
            app.logged_in(&user).await,
            app.logged_in(&user).await,
        );
        let client = client(&app, &user, &this);

        let (changed, one, two) = tokio::join!(
            client.put(PATH, change(PASSWORD, NEW)),
            app.refresh(&one.refresh),
            app.refresh(&two.refresh),
        );

        assert_eq!(changed.status, 204);
        for refreshed in [one, two] {
            assert!(matches!(refreshed.status, 200 | 401), "{refreshed:?}");
            if refreshed.status == 200 {
                assert_eq!(app.refresh(&refreshed.body["refresh_token"]).await.status, 401);
            }
        }
        assert_eq!(app.refresh(&this.refresh).await.status, 200);
    }
}

#[actix_web::test]
async fn a_login_that_began_before_the_change_gives_nothing() {
    let app = TestApp::new().await;
    for _ in 0..5 {
        let user = app.registered().await;
        let this = app.logged_in(&user).await;
        let client = client(&app, &user, &this);

        let (changed, late) = tokio::join!(
            client.put(PATH, change(PASSWORD, NEW)),
            app.login(&user.email, PASSWORD)
        );

        assert_eq!(changed.status, 204);
        if late.status == 201 {
            assert_eq!(app.refresh(&late.body["refresh_token"]).await.status, 401);
        }
    }
}

#[actix_web::test]
async fn very_many_sessions_are_told_as_one_user() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let this = app.logged_in(&user).await;
    app.sql(&format!(
        "insert into sessions (id, user_id, expires_at)
         select gen_random_uuid(), '{}', now() + interval '1 day' from generate_series(1, 101)",
        user.id
    ))
    .await;

    let changed = client(&app, &user, &this).put(PATH, change(PASSWORD, NEW)).await;

    let told = changed.header("x-mesh-ended").unwrap();
    assert!(told.starts_with(&format!("user:{}:", user.id)), "{told}");
    assert_eq!(app.refresh(&this.refresh).await.status, 200);
}
