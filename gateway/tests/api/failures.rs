use std::time::{Duration, Instant};

use serde_json::{Value, json};
use souk_env::Secret;
use tokio::net::TcpListener;

use crate::app::{NOBODY, TestApp, problem, refused};
use crate::stand_in::PASSWORD;

#[actix_web::test]
async fn a_service_that_is_away_is_503_and_the_others_go_on() {
    let app = TestApp::new().await;

    assert_eq!(
        problem(app.get("/api/v1/analytics/overview").await).await,
        refused(503, "service-unavailable")
    );
    assert_eq!(app.get("/api/v1/products").await.status(), 200);
}

#[actix_web::test]
async fn a_service_that_breaks_off_is_502() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    actix_web::rt::spawn(async move {
        loop {
            // Takes the request and hangs up.
            let (stream, _) = listener.accept().await.unwrap();
            stream.readable().await.unwrap();
            drop(stream);
        }
    });
    let app = TestApp::with(|config| config.search_svc_url = address);

    assert_eq!(
        problem(app.get("/api/v1/search?q=x").await).await,
        refused(502, "service-broke-off")
    );
}

#[actix_web::test]
async fn without_user_svc_only_sessions_stand_still() {
    let app = TestApp::with(|config| config.user_svc_url = NOBODY.into());
    let register = json!({ "email": "a@b.c", "password": PASSWORD, "first_name": "A", "last_name": "B" });

    assert_eq!(
        problem(app.post("/api/v1/auth/register", register).await).await,
        refused(503, "service-unavailable")
    );
    assert_eq!(app.get("/api/v1/products").await.status(), 200);
    let ready = app.get("/health/ready").await;
    assert_eq!(ready.status(), 503);
    assert_eq!(
        ready.json::<Value>().await.unwrap()["dependencies"]["user-svc"],
        "down"
    );
}

#[actix_web::test]
async fn without_redis_nobody_is_let_in_and_the_public_reads_on() {
    let good = TestApp::new().await;
    let login = good.login().await;
    let keys = good.keys.clone();
    let app = TestApp::with(|config| {
        config.redis_url = Secret::new("redis://127.0.0.1:9/0");
        config.signing_keys_dir = keys;
    });
    let credentials = json!({ "email": "a@b.c", "password": PASSWORD });
    let register = json!({ "email": "a@b.c", "password": PASSWORD, "first_name": "A", "last_name": "B" });
    let away = refused(503, "revocation-unavailable");

    assert_eq!(
        problem(app.get_as("/api/v1/cart", &login.access).await).await,
        away
    );
    assert_eq!(
        problem(app.get_as("/api/v1/products", &login.access).await).await,
        away
    );
    assert_eq!(problem(app.logout(&login.access).await).await, away);
    assert_eq!(
        problem(app.post("/api/v1/auth/login", credentials).await).await,
        away
    );
    assert_eq!(
        problem(
            app.post("/api/v1/auth/refresh", json!({ "refresh_token": "x" }))
                .await
        )
        .await,
        away
    );
    assert_eq!(app.get("/api/v1/products").await.status(), 200);
    assert_eq!(app.post("/api/v1/auth/register", register).await.status(), 201);
    assert_eq!(
        app.get("/health/ready").await.json::<Value>().await.unwrap()["dependencies"]["redis"],
        "down"
    );
    assert_eq!(app.get("/health/live").await.status(), 200);
}

#[actix_web::test]
async fn a_redis_that_does_not_answer_costs_no_one_much_time() {
    // Accepts and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("redis://{}/0", silent.local_addr().unwrap());
    let good = TestApp::new().await;
    let login = good.login().await;
    let keys = good.keys.clone();
    let app = TestApp::with(|config| {
        config.redis_url = Secret::new(address);
        config.signing_keys_dir = keys;
    });

    let begun = Instant::now();
    let asked = (0..20).map(|_| app.get_as("/api/v1/cart", &login.access));
    for response in futures_util::future::join_all(asked).await {
        assert_eq!(problem(response).await, refused(503, "revocation-unavailable"));
    }
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[actix_web::test]
async fn ready_tells_each_dependency() {
    let app = TestApp::new().await;

    let ready: Value = app.get("/health/ready").await.json().await.unwrap();

    assert_eq!(ready["status"], "ready");
    assert_eq!(ready["dependencies"]["redis"], "up");
    assert_eq!(ready["dependencies"]["user-svc"], "up");
    assert_eq!(ready["dependencies"]["analytics-svc"], "down");
    assert_eq!(ready["dependencies"].as_object().unwrap().len(), 9);
}
