use serde_json::{Value, json};

use crate::app::{Login, TestApp, claims, problem, refused};
use crate::stand_in::PASSWORD;

#[actix_web::test]
async fn a_customer_registers_logs_in_and_is_known_to_the_services() {
    let app = TestApp::new().await;
    let body = json!({ "email": "a@example.org", "password": PASSWORD, "first_name": "A", "last_name": "B" });

    let registered = app.post("/api/v1/auth/register", body).await;
    let login = app.login().await;
    let seen: Value = app
        .get_as("/api/v1/cart", &login.access)
        .await
        .json()
        .await
        .unwrap();

    assert_eq!(registered.status(), 201);
    assert_eq!(registered.headers()["location"], "/api/v1/users/me");
    assert_eq!(
        registered.json::<Value>().await.unwrap()["email"],
        "a@example.org"
    );
    assert_eq!(
        (&seen["user"], &seen["session"]),
        (&login.claims["sub"], &login.claims["sid"])
    );
    assert_eq!(
        (&seen["role"], &seen["visitor"]),
        (&json!("customer"), &login.claims["sub"])
    );
}

#[actix_web::test]
async fn a_login_answers_a_pair_that_nobody_may_store() {
    let app = TestApp::new().await;

    let response = app
        .post(
            "/api/v1/auth/login",
            json!({ "email": "a@b.c", "password": PASSWORD }),
        )
        .await;

    assert_eq!(response.headers()["cache-control"], "no-store");
    let body: Value = response.json().await.unwrap();
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("Bearer"), &json!(900))
    );
    let claims = claims(body["access_token"].as_str().unwrap());
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        900
    );
    assert_eq!(
        (&claims["typ"], &claims["iss"], &claims["aud"]),
        (&json!("access"), &json!("souk-gateway"), &json!("souk"))
    );
}

#[actix_web::test]
async fn user_svc_learns_who_logs_in_from_where() {
    let app = TestApp::new().await;
    let body = json!({ "email": "a@b.c", "password": PASSWORD });

    let request = app
        .request("POST", "/api/v1/auth/login")
        .header("user-agent", "Agent 7")
        .json(&body);
    request.send().await.unwrap();

    let seen = app.shared.users.lock().unwrap().seen.last().unwrap().clone();
    assert_eq!(
        (&seen["user_agent"], &seen["address"]),
        (&json!("Agent 7"), &json!("127.0.0.1"))
    );
}

#[actix_web::test]
async fn what_user_svc_refuses_is_refused() {
    let app = TestApp::new().await;
    let taken =
        json!({ "email": "taken@example.org", "password": PASSWORD, "first_name": "A", "last_name": "B" });

    let register = app.post("/api/v1/auth/register", taken).await;
    let login = app
        .post(
            "/api/v1/auth/login",
            json!({ "email": "a@b.c", "password": "wrong" }),
        )
        .await;
    let refresh = app
        .post("/api/v1/auth/refresh", json!({ "refresh_token": "unknown" }))
        .await;

    assert_eq!(problem(register).await, refused(409, "email-taken"));
    assert_eq!(problem(login).await, refused(401, "invalid-credentials"));
    assert_eq!(problem(refresh).await, refused(401, "invalid-refresh-token"));
}

#[actix_web::test]
async fn bodies_are_checked() {
    let app = TestApp::new().await;

    for (path, body) in [
        ("register", json!({ "email": "no address", "password": "short" })),
        ("login", json!({ "email": "a@b.c" })),
        ("login", json!({ "email": "a@b.c", "password": "x", "more": 1 })),
        ("refresh", json!({ "refresh_token": "" })),
    ] {
        let response = app.post(&format!("/api/v1/auth/{path}"), body).await;
        assert_eq!(
            problem(response).await,
            refused(422, "validation-failed"),
            "{path}"
        );
    }
    let malformed = app
        .request("POST", "/api/v1/auth/login")
        .header("content-type", "application/json")
        .body("{");
    assert_eq!(
        problem(malformed.send().await.unwrap()).await,
        refused(400, "malformed-json")
    );
}

#[actix_web::test]
async fn a_refresh_gives_a_new_pair_of_the_same_session() {
    let app = TestApp::new().await;
    let first = app.login().await;

    let response = app
        .post("/api/v1/auth/refresh", json!({ "refresh_token": first.refresh }))
        .await;

    let second = Login::from(&response.json().await.unwrap());
    assert_eq!(second.claims["sid"], first.claims["sid"]);
    assert_ne!(second.claims["jti"], first.claims["jti"]);
    assert_ne!(second.refresh, first.refresh);
    assert_eq!(app.get_as("/api/v1/cart", &second.access).await.status(), 200);
}

#[actix_web::test]
async fn a_refresh_token_used_twice_ends_every_token_of_its_session() {
    let app = TestApp::new().await;
    let first = app.login().await;
    let refresh = |token: &str| app.post("/api/v1/auth/refresh", json!({ "refresh_token": token }));
    let second = Login::from(&refresh(&first.refresh).await.json().await.unwrap());

    let reused = refresh(&first.refresh).await;

    let body: Value = reused.json().await.unwrap();
    assert_eq!((&body["status"], body.get("ended_session")), (&json!(401), None));
    for token in [&first.access, &second.access] {
        assert_eq!(
            problem(app.get_as("/api/v1/cart", token).await).await,
            refused(401, "revoked-token")
        );
    }
    assert_eq!(
        problem(refresh(&second.refresh).await).await,
        refused(401, "invalid-refresh-token")
    );
}

#[actix_web::test]
async fn a_logout_kills_both_tokens_before_it_answers() {
    let app = TestApp::new().await;
    let (login, other) = (app.login().await, app.login().await);

    assert_eq!(app.logout(&login.access).await.status(), 204);

    assert_eq!(
        problem(app.get_as("/api/v1/cart", &login.access).await).await,
        refused(401, "revoked-token")
    );
    let refresh = app
        .post("/api/v1/auth/refresh", json!({ "refresh_token": login.refresh }))
        .await;
    assert_eq!(problem(refresh).await, refused(401, "invalid-refresh-token"));
    assert_eq!(
        problem(app.logout(&login.access).await).await,
        refused(401, "revoked-token")
    );
    assert_eq!(app.get_as("/api/v1/cart", &other.access).await.status(), 200);
}

#[actix_web::test]
async fn a_logout_takes_a_body_or_none_and_needs_a_token() {
    let app = TestApp::new().await;
    let (one, two) = (app.login().await, app.login().await);
    let logout = |token: &str, body: &'static str| {
        let request = app
            .request("POST", "/api/v1/auth/logout")
            .header("content-type", "application/json");
        request.bearer_auth(token).body(body).send()
    };

    assert_eq!(
        logout(&one.access, r#"{"refresh_token": "x"}"#)
            .await
            .unwrap()
            .status(),
        204
    );
    assert_eq!(
        problem(logout(&two.access, "{").await.unwrap()).await,
        refused(400, "malformed-json")
    );
    assert_eq!(logout(&two.access, "{}").await.unwrap().status(), 204);
    let nobody = app.post("/api/v1/auth/logout", json!({})).await;
    assert_eq!(problem(nobody).await, refused(401, "authentication-required"));
}
