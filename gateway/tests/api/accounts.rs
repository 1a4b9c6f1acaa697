use serde_json::{Value, json};
use souk_env::Secret;
use uuid::Uuid;

use crate::app::{Login, TestApp, problem, refused};
use crate::stand_in_accounts::SECRET;

async fn is_dead(app: &TestApp, login: &Login) -> bool {
    let seen = app.get_as("/api/v1/cart", &login.access).await;
    seen.status() == 401 && problem(seen).await == refused(401, "revoked-token")
}

async fn send(app: &TestApp, method: &str, path: &str, login: &Login) -> reqwest::Response {
    let request = app.request(method, &format!("/api/v1/auth/{path}"));
    request.bearer_auth(&login.access).send().await.unwrap()
}

fn text(login: &Login, claim: &str) -> String {
    login.claims[claim].as_str().unwrap().to_owned()
}

/// A second gateway over the same Redis and keys.
async fn replica(app: &TestApp) -> TestApp {
    let (keys, prefix) = (app.keys.clone(), app.prefix.clone());
    let replica = TestApp::with(|config| {
        config.signing_keys_dir = keys;
        config.redis_prefix = prefix;
    });
    replica.until_ready().await;
    replica
}

#[actix_web::test]
async fn own_sessions_are_listed_by_page() {
    let app = TestApp::new().await;
    let login = app.login().await;

    let page: Value = send(&app, "GET", "sessions?limit=7", &login)
        .await
        .json()
        .await
        .unwrap();
    let foreign = send(&app, "GET", "sessions?cursor=a%26b", &login).await;
    let wrong = send(&app, "GET", "sessions?limit=0", &login).await;

    let item = &page["items"][0];
    assert_eq!(
        (&item["id"], &item["current"]),
        (&login.claims["sid"], &json!(true))
    );
    assert_eq!(
        (&item["user_agent"], &item["address"]),
        (&login.claims["sub"], &json!("7"))
    );
    assert_eq!(problem(foreign).await, refused(422, "validation-failed"));
    assert_eq!(problem(wrong).await, refused(422, "validation-failed"));
}

#[actix_web::test]
async fn a_session_of_ones_own_ends_on_every_replica() {
    let app = TestApp::new().await;
    let other = replica(&app).await;
    let login = app.login().await;
    let path = format!("sessions/{}", text(&login, "sid"));

    assert_eq!(send(&app, "DELETE", &path, &login).await.status(), 204);

    assert!(is_dead(&app, &login).await && is_dead(&other, &login).await);
}

#[actix_web::test]
async fn a_session_of_somebody_else_is_not_there() {
    let app = TestApp::new().await;
    let (login, other) = (app.login().await, app.login().await);

    for id in [text(&other, "sid"), Uuid::now_v7().to_string()] {
        let answer = send(&app, "DELETE", &format!("sessions/{id}"), &login).await;
        assert_eq!(problem(answer).await, refused(404, "not-found"));
    }
    let nonsense = send(&app, "DELETE", "sessions/nonsense", &login).await;
    assert_eq!(nonsense.status(), 404);
    assert!(!is_dead(&app, &other).await && !is_dead(&app, &login).await);
}

#[actix_web::test]
async fn logged_out_everywhere_is_everywhere() {
    let app = TestApp::new().await;
    let other = replica(&app).await;
    let (login, foreign) = (app.login().await, app.login().await);
    let refresh = json!({ "refresh_token": login.refresh });
    let second = app
        .post("/api/v1/auth/refresh", refresh)
        .await
        .json()
        .await
        .unwrap();
    let second = Login::from(&second);

    assert_eq!(
        send(&app, "POST", "logout-everywhere", &login).await.status(),
        204
    );

    for login in [&login, &second] {
        assert!(is_dead(&app, login).await && is_dead(&other, login).await);
    }
    assert!(!is_dead(&other, &foreign).await);
    let again = send(&app, "POST", "logout-everywhere", &login).await;
    assert_eq!(problem(again).await, refused(401, "revoked-token"));
}

#[actix_web::test]
async fn a_reset_is_asked_for_without_a_word_about_the_account() {
    let app = TestApp::new().await;

    let asked = app
        .post("/api/v1/auth/password-reset", json!({ "email": "a@example.org" }))
        .await;

    assert_eq!(
        (asked.status().as_u16(), asked.text().await.unwrap()),
        (202, String::new())
    );
    let seen = app.shared.users.lock().unwrap().seen.last().unwrap().clone();
    let expected = json!({ "path": "/internal/password-resets", "body": { "email": "a@example.org" } });
    assert_eq!(seen, expected);
}

#[actix_web::test]
async fn a_reset_ends_every_session_before_it_answers() {
    let app = TestApp::new().await;
    let other = replica(&app).await;
    let login = app.login().await;
    let body = |token: &str| json!({ "token": token, "new_password": "eleven calm herons" });

    let made_up = app
        .post("/api/v1/auth/password-reset/confirm", body("made up"))
        .await;
    let set = app
        .post("/api/v1/auth/password-reset/confirm", body(&text(&login, "sub")))
        .await;

    assert_eq!(problem(made_up).await, refused(422, "invalid-reset-token"));
    assert_eq!(set.status(), 204);
    assert!(is_dead(&app, &login).await && is_dead(&other, &login).await);
}

#[actix_web::test]
async fn no_secret_is_spent_while_nobody_can_be_logged_out() {
    let app = TestApp::with(|config| config.redis_url = Secret::new("redis://127.0.0.1:9"));
    let body = json!({ "token": Uuid::now_v7(), "new_password": "eleven calm herons" });

    let answer = app.post("/api/v1/auth/password-reset/confirm", body).await;

    assert_eq!(problem(answer).await, refused(503, "revocation-unavailable"));
}

#[actix_web::test]
async fn an_address_is_verified_by_its_secret() {
    let app = TestApp::new().await;

    let good = app
        .post("/api/v1/auth/verify-email", json!({ "token": SECRET }))
        .await;
    let bad = app
        .post("/api/v1/auth/verify-email", json!({ "token": "made up" }))
        .await;

    assert_eq!(good.status(), 204);
    assert_eq!(problem(bad).await, refused(422, "invalid-verification-token"));
}

#[actix_web::test]
async fn the_verification_mail_comes_again_for_who_is_logged_in() {
    let app = TestApp::new().await;
    let login = app.login().await;

    assert_eq!(
        send(&app, "POST", "verify-email/resend", &login).await.status(),
        202
    );

    let seen = app.shared.users.lock().unwrap().seen.last().unwrap().clone();
    let path = format!("/internal/users/{}/email-verification", text(&login, "sub"));
    assert_eq!(seen["path"], path);
}

#[actix_web::test]
async fn what_is_ones_own_needs_a_token() {
    let app = TestApp::new().await;

    for (method, path) in [
        ("GET", "sessions".to_owned()),
        ("DELETE", format!("sessions/{}", Uuid::now_v7())),
        ("POST", "logout-everywhere".to_owned()),
        ("POST", "verify-email/resend".to_owned()),
    ] {
        let nobody = app
            .request(method, &format!("/api/v1/auth/{path}"))
            .send()
            .await
            .unwrap();
        assert_eq!(
            problem(nobody).await,
            refused(401, "authentication-required"),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn bodies_are_checked_before_anybody_is_asked() {
    let app = TestApp::new().await;

    for (path, body) in [
        ("password-reset", json!({ "email": "no address" })),
        ("password-reset", json!({ "email": "a@example.org", "more": 1 })),
        (
            "password-reset/confirm",
            json!({ "token": "x", "new_password": "short" }),
        ),
        (
            "password-reset/confirm",
            json!({ "token": "", "new_password": "eleven calm herons" }),
        ),
        ("verify-email", json!({})),
    ] {
        let answer = app.post(&format!("/api/v1/auth/{path}"), body).await;
        assert_eq!(problem(answer).await, refused(422, "validation-failed"), "{path}");
    }
    assert!(app.shared.users.lock().unwrap().seen.is_empty());
}
