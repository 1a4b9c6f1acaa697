use deadpool_redis::redis::AsyncCommands;
use gateway::{Config, LimitSettings, Quota};
use reqwest::Response;
use serde_json::{Value, json};
use souk_env::Secret;

use crate::app::{TestApp, problem, refused};
use crate::stand_in::PASSWORD;

/// Limits that a test reaches, in windows that no test outlives.
fn small(config: &mut Config) {
    let quota = |limit| Some(Quota::per(limit, 3600));
    config.limits = LimitSettings {
        limit_read_address: quota(6),
        limit_read_user: quota(4),
        limit_write_address: quota(8),
        limit_write_user: quota(3),
        limit_login_address: quota(8),
        limit_login_client: quota(3),
        limit_login_account: quota(5),
        limit_register_address: quota(4),
        limit_register_account: quota(2),
        limit_mail_address: quota(4),
        limit_mail_account: quota(2),
        limit_confirm_address: quota(3),
        limit_refresh_address: quota(3),
        ..LimitSettings::default()
    };
    config.trusted_proxies = vec!["127.0.0.1".to_owned()];
}

pub async fn small_app() -> TestApp {
    let app = TestApp::with(small);
    app.until_ready().await;
    app
}

impl TestApp {
    /// A request of a client elsewhere, through a proxy that is trusted.
    pub async fn from(&self, address: &str, method: &str, path: &str, body: Option<Value>) -> Response {
        let mut request = self.request(method, path).header("x-forwarded-for", address);
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    async fn log_in_from(&self, address: &str, email: &str, password: &str) -> Response {
        let body = json!({ "email": email, "password": password });
        self.from(address, "POST", "/api/v1/auth/login", Some(body)).await
    }

    /// Statuses of the same thing again and again.
    async fn again(
        &self,
        times: usize,
        address: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Vec<u16> {
        let mut statuses = Vec::new();
        for _ in 0..times {
            statuses.push(
                self.from(address, method, path, body.clone())
                    .await
                    .status()
                    .as_u16(),
            );
        }
        statuses
    }
}

fn number(response: &Response, name: &str) -> u64 {
    response.headers()[name].to_str().unwrap().parse().unwrap()
}

/// Until the workers have told each other.
async fn settled() {
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
}

#[actix_web::test]
async fn one_too_many_is_429_and_says_when_to_come_back() {
    let app = small_app().await;

    let first = app.from("1.1.1.1", "GET", "/api/v1/products", None).await;
    let rest = app.again(5, "1.1.1.1", "GET", "/api/v1/products", None).await;
    let over = app.from("1.1.1.1", "GET", "/api/v1/products", None).await;

    assert_eq!(first.headers()["ratelimit-policy"], "\"read-address\";q=6;w=3600");
    assert_eq!(first.headers()["ratelimit"], "\"read-address\";r=5;t=600");
    assert_eq!(
        (
            number(&first, "ratelimit-limit"),
            number(&first, "ratelimit-remaining")
        ),
        (6, 5)
    );
    assert_eq!(rest, [200; 5]);
    assert_eq!(number(&over, "ratelimit-remaining"), 0);
    assert!((590..=600).contains(&number(&over, "retry-after")));
    assert_eq!(problem(over).await, refused(429, "too-many-requests"));
    assert_eq!(
        app.from("1.1.1.2", "GET", "/api/v1/products", None)
            .await
            .status(),
        200
    );
    assert_eq!(
        app.from("1.1.1.1", "POST", "/api/v1/orders", None).await.status(),
        200
    );
    assert_eq!(app.get("/health/live").await.status(), 200);
}

#[actix_web::test]
async fn replicas_share_what_they_count() {
    let one = small_app().await;
    let (keys, prefix) = (one.keys.clone(), one.prefix.clone());
    let two = TestApp::with(|config| {
        small(config);
        config.signing_keys_dir = keys;
        config.redis_prefix = prefix;
    });

    assert_eq!(
        one.again(3, "1.1.1.1", "GET", "/api/v1/products", None).await,
        [200; 3]
    );
    settled().await;
    assert_eq!(
        two.again(1, "1.1.1.1", "GET", "/api/v1/products", None).await,
        [200]
    );
    settled().await;
    assert_eq!(
        two.again(3, "1.1.1.1", "GET", "/api/v1/products", None).await,
        [200, 200, 429]
    );
    // What is asked before is exact at once.
    let mail = Some(json!({ "email": "a@example.org" }));
    let path = "/api/v1/auth/password-reset";
    assert_ne!(one.again(1, "1.1.1.1", "POST", path, mail.clone()).await, [429]);
    assert_ne!(two.again(1, "1.1.1.1", "POST", path, mail.clone()).await, [429]);
    assert_eq!(one.again(1, "1.1.1.1", "POST", path, mail).await, [429]);
}

#[actix_web::test]
async fn a_burst_at_the_same_moment_is_counted_exactly_where_it_is_asked_before() {
    let app = small_app().await;

    let burst = (0..30).map(|n| {
        let body = json!({ "email": format!("{n}@example.org"), "password": "wrong" });
        let app = &app;
        async move {
            app.from("1.1.1.1", "POST", "/api/v1/auth/login", Some(body))
                .await
                .status()
        }
    });
    let statuses = futures_util::future::join_all(burst).await;

    let let_in = statuses.iter().filter(|status| status.as_u16() == 401).count();
    assert_eq!(
        (let_in, statuses.iter().filter(|s| s.as_u16() == 429).count()),
        (8, 22)
    );
}

#[actix_web::test]
async fn a_v6_client_is_its_network_and_nobody_chooses_its_own_address() {
    let app = small_app().await;
    let path = "/api/v1/auth/verify-email";

    for last in 1..=3 {
        let address = format!("2001:db8:1:2::{last}");
        assert_ne!(app.again(1, &address, "POST", path, Some(json!({}))).await, [429]);
    }
    assert_eq!(
        app.again(1, "2001:db8:1:2:ffff::9", "POST", path, Some(json!({})))
            .await,
        [429]
    );
    assert_ne!(
        app.again(1, "2001:db8:1:3::1", "POST", path, Some(json!({})))
            .await,
        [429]
    );
    // What stands before the trusted proxy's own entry was written by the client.
    for forged in ["9.9.9.1, 1.1.1.1", "9.9.9.2, 1.1.1.1", "9.9.9.3, 1.1.1.1"] {
        assert_ne!(app.again(1, forged, "POST", path, Some(json!({}))).await, [429]);
    }
    assert_eq!(
        app.again(1, "9.9.9.4, 1.1.1.1", "POST", path, Some(json!({})))
            .await,
        [429]
    );
}

#[actix_web::test]
async fn without_a_trusted_proxy_a_forged_address_changes_nothing() {
    let app = TestApp::with(|config| {
        small(config);
        config.trusted_proxies.clear();
    });
    app.until_ready().await;

    let mut statuses = Vec::new();
    for n in 0..7 {
        let address = format!("9.9.9.{n}");
        statuses.extend(app.again(1, &address, "GET", "/api/v1/products", None).await);
    }

    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 429]);
}

#[actix_web::test]
async fn an_account_is_guessed_at_slowly_from_one_address_and_from_many() {
    let app = small_app().await;
    let mut from = Vec::new();

    for address in [
        "1.1.1.1", "1.1.1.1", "1.1.1.1", "1.1.1.1", "2.2.2.2", "2.2.2.2", "3.3.3.3",
    ] {
        // Spelling the name differently makes no other account.
        let email = if from.len() % 2 == 0 {
            "Victim@Example.org"
        } else {
            "victim@example.org"
        };
        from.push(app.log_in_from(address, email, "guess").await.status().as_u16());
    }

    assert_eq!(from, [401, 401, 401, 429, 401, 401, 429]);
    assert_eq!(
        app.log_in_from("1.1.1.1", "other@example.org", "guess")
            .await
            .status(),
        401
    );
}

#[actix_web::test]
async fn a_stranger_cannot_keep_the_owner_out() {
    let app = small_app().await;
    let owner = "5.5.5.5";

    assert_eq!(
        app.log_in_from(owner, "owner@example.org", PASSWORD)
            .await
            .status(),
        200
    );
    settled().await;
    for stranger in [
        "1.1.1.1", "1.1.1.1", "1.1.1.1", "2.2.2.2", "2.2.2.2", "2.2.2.2", "3.3.3.3",
    ] {
        app.log_in_from(stranger, "owner@example.org", "guess").await;
    }

    // For everybody else the account is closed just now.
    assert_eq!(
        app.log_in_from("4.4.4.4", "owner@example.org", PASSWORD)
            .await
            .status(),
        429
    );
    // Failures are forgiven with the right password, from where it was known.
    for _ in 0..2 {
        assert_eq!(
            app.log_in_from(owner, "owner@example.org", "typo").await.status(),
            401
        );
        assert_eq!(
            app.log_in_from(owner, "owner@example.org", PASSWORD)
                .await
                .status(),
            200
        );
        settled().await;
    }
}

#[actix_web::test]
async fn every_route_that_can_be_guessed_or_flooded_is_covered_before_it_exists() {
    let app = small_app().await;
    let refusals = async |address: &str, call: &str, body: Value| {
        let path = format!("/api/v1/auth/{call}");
        let statuses = app.again(6, address, "POST", &path, Some(body)).await;
        statuses.iter().position(|status| *status == 429)
    };
    let email =
        |name: &str| json!({ "email": name, "password": PASSWORD, "first_name": "A", "last_name": "B" });

    assert_eq!(
        refusals("1.1.1.1", "register", email("a@example.org")).await,
        Some(2)
    );
    assert_eq!(
        refusals("1.1.1.2", "password-reset", json!({ "email": "a@example.org" })).await,
        Some(2)
    );
    assert_eq!(
        refusals("1.1.1.3", "verify-email/resend", json!({})).await,
        Some(4)
    );
    assert_eq!(
        refusals("1.1.1.4", "password-reset/confirm", json!({ "token": "x" })).await,
        Some(3)
    );
    assert_eq!(
        refusals("1.1.1.5", "verify-email", json!({ "token": "x" })).await,
        Some(3)
    );
    assert_eq!(
        refusals("1.1.1.6", "refresh", json!({ "refresh_token": "x" })).await,
        Some(3)
    );
    assert_eq!(
        refusals(
            "1.1.1.7",
            "%6cogin",
            json!({ "email": "c@example.org", "password": "x" })
        )
        .await,
        Some(3)
    );
}

#[actix_web::test]
async fn a_user_is_counted_wherever_it_comes_from() {
    let app = small_app().await;
    let login = app.login().await;
    let mut statuses = Vec::new();

    for n in 0..5 {
        let request = app.request("GET", "/api/v1/cart").bearer_auth(&login.access);
        let response = request
            .header("x-forwarded-for", format!("1.1.1.{n}"))
            .send()
            .await
            .unwrap();
        statuses.push(response.status().as_u16());
        if n == 0 {
            assert_eq!(response.headers()["ratelimit-policy"], "\"read-user\";q=4;w=3600");
        }
    }

    assert_eq!(statuses, [200, 200, 200, 200, 429]);
}

#[actix_web::test]
async fn an_account_that_was_typed_is_not_written_anywhere() {
    let app = small_app().await;

    app.log_in_from("1.1.1.1", "secret.name@example.org", PASSWORD)
        .await;
    app.from("1.1.1.1", "GET", "/api/v1/products", None).await;
    settled().await;

    let mut redis = app.redis().await;
    let keys: Vec<String> = redis.keys(format!("{}:limits:*", app.prefix)).await.unwrap();
    // Three of the login, less the failures that were forgiven; the mark; the read.
    assert_eq!(keys.len(), 4, "{keys:?}");
    for key in keys {
        let life: i64 = redis.ttl(&key).await.unwrap();
        assert!(life > 0 && !key.contains("secret"), "{key} {life}");
    }
}

#[actix_web::test]
async fn without_redis_reads_go_on_and_what_can_be_guessed_does_not() {
    let app = TestApp::with(|config| {
        small(config);
        config.redis_url = Secret::new("redis://127.0.0.1:9/0");
    });
    let email = json!({ "email": "a@b.c", "password": PASSWORD, "first_name": "A", "last_name": "B" });
    let away = refused(503, "limits-unavailable");

    for call in [
        "login",
        "register",
        "refresh",
        "password-reset",
        "password-reset/confirm",
        "verify-email",
    ] {
        let path = format!("/api/v1/auth/{call}");
        let response = app.from("1.1.1.1", "POST", &path, Some(email.clone())).await;
        assert_eq!(problem(response).await, away, "{call}");
    }
    // The first outage was noticed above: from then on nothing is counted.
    for _ in 0..20 {
        let read = app.from("1.1.1.1", "GET", "/api/v1/products", None).await;
        assert_eq!(read.status(), 200);
        assert!(!read.headers().contains_key("ratelimit-limit"));
    }
    let metrics = app.get("/metrics").await.text().await.unwrap();
    assert!(metrics.is_empty() || metrics.contains("gateway_limits_outages_total"));
}

#[actix_web::test]
async fn a_body_that_is_no_json_is_counted_by_address_and_refused_as_ever() {
    let app = small_app().await;
    let post = async |body: &'static str| {
        let request = app
            .request("POST", "/api/v1/auth/login")
            .header("x-forwarded-for", "1.1.1.1");
        let request = request.header("content-type", "application/json").body(body);
        problem(request.send().await.unwrap()).await
    };

    assert_eq!(post("{").await, refused(400, "malformed-json"));
    assert_eq!(
        post(r#"{"email": 7, "password": "x"}"#).await,
        refused(422, "validation-failed")
    );
    for _ in 0..6 {
        post("[]").await;
    }
    assert_eq!(post("{").await, refused(429, "too-many-requests"));
}
