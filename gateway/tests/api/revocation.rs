use std::time::{Duration, Instant};

use deadpool_redis::redis::AsyncCommands;
use futures_util::future::join_all;
use serde_json::json;
use souk_env::Secret;
use uuid::Uuid;

use crate::app::{Login, TestApp, problem, refused};

#[actix_web::test]
async fn a_logout_on_one_replica_counts_on_every_other() {
    let one = TestApp::new().await;
    let (keys, prefix) = (one.keys.clone(), one.prefix.clone());
    let two = TestApp::with(|config| {
        config.signing_keys_dir = keys;
        config.redis_prefix = prefix;
    });
    two.until_ready().await;
    let login = one.login().await;
    assert_eq!(two.get_as("/api/v1/cart", &login.access).await.status(), 200);

    one.logout(&login.access).await;

    assert_eq!(
        problem(two.get_as("/api/v1/cart", &login.access).await).await,
        refused(401, "revoked-token")
    );
}

#[actix_web::test]
async fn a_revocation_lasts_as_long_as_its_token() {
    let app = TestApp::new().await;
    let login = app.login().await;
    app.logout(&login.access).await;

    let mut redis = app.redis().await;
    let key = |kind: &str, id: &str| format!("{}:revoked:{kind}:{id}", app.prefix);
    let token: i64 = redis
        .ttl(key("token", login.claims["jti"].as_str().unwrap()))
        .await
        .unwrap();
    let session: i64 = redis
        .ttl(key("session", login.claims["sid"].as_str().unwrap()))
        .await
        .unwrap();

    assert!(
        (950..=960).contains(&token) && (950..=960).contains(&session),
        "{token} {session}"
    );
}

#[actix_web::test]
async fn tokens_of_a_user_can_be_ended_up_to_a_time() {
    let app = TestApp::new().await;
    let login = app.login().await;
    let user = format!(
        "{}:revoked:user:{}",
        app.prefix,
        login.claims["sub"].as_str().unwrap()
    );
    let mut redis = app.redis().await;

    let () = redis
        .set_ex(&user, login.claims["iat"].as_i64().unwrap() * 1000 - 1000, 60)
        .await
        .unwrap();
    assert_eq!(app.get_as("/api/v1/cart", &login.access).await.status(), 200);

    let () = redis
        .set_ex(&user, chrono::Utc::now().timestamp_millis(), 60)
        .await
        .unwrap();
    assert_eq!(
        problem(app.get_as("/api/v1/cart", &login.access).await).await,
        refused(401, "revoked-token")
    );
}

#[actix_web::test]
async fn tokens_that_are_asked_about_together_are_told_apart() {
    let app = TestApp::new().await;
    let (living, ended) = (app.login().await, app.login().await);
    app.logout(&ended.access).await;

    let both = [&living, &ended].into_iter().cycle().take(40);
    let answers = join_all(both.map(|login| app.get_as("/api/v1/cart", &login.access))).await;

    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    assert_eq!(statuses, [200, 401].repeat(20));
}

#[actix_web::test]
async fn a_redis_that_has_forgotten_lets_nobody_in_before_it_knows_again() {
    let app = TestApp::new().await;
    let (ended, living) = (app.login().await, app.login().await);
    app.logout(&ended.access).await;
    let mut redis = app.redis().await;
    let keys: Vec<String> = redis.keys(format!("{}:*", app.prefix)).await.unwrap();
    assert_eq!(keys.len(), 3);

    let () = redis.del(keys).await.unwrap();

    let begun = Instant::now();
    loop {
        let (status, slug) = problem(app.get_as("/api/v1/cart", &ended.access).await).await;
        if status == 401 {
            assert_eq!(slug, "revoked-token");
            break;
        }
        assert_eq!((status, slug.as_str()), (503, "revocation-unavailable"));
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(app.get_as("/api/v1/cart", &living.access).await.status(), 200);
}

#[actix_web::test]
async fn what_user_svc_ends_on_a_call_is_over_before_its_answer_comes() {
    let one = TestApp::new().await;
    let (keys, prefix) = (one.keys.clone(), one.prefix.clone());
    let two = TestApp::with(|config| {
        config.signing_keys_dir = keys;
        config.redis_prefix = prefix;
    });
    two.until_ready().await;
    let (login, other) = (one.login().await, one.login().await);

    let answer = one.get_as("/api/v1/users/ends-all", &login.access).await;

    assert_eq!(
        (answer.status().as_u16(), answer.headers().get("x-mesh-ended")),
        (204, None)
    );
    for app in [&one, &two] {
        let seen = app.get_as("/api/v1/cart", &login.access).await;
        assert_eq!(problem(seen).await, refused(401, "revoked-token"));
        assert_eq!(app.get_as("/api/v1/cart", &other.access).await.status(), 200);
    }
    let refresh = json!({ "refresh_token": login.refresh });
    let next = one
        .post("/api/v1/auth/refresh", refresh)
        .await
        .json()
        .await
        .unwrap();
    let next = Login::from(&next);
    assert_eq!(two.get_as("/api/v1/cart", &next.access).await.status(), 200);
}

#[actix_web::test]
async fn no_other_service_ends_anything() {
    let app = TestApp::new().await;
    let login = app.login().await;

    let answer = app.get_as("/api/v1/shops/ends-all", &login.access).await;

    assert_eq!(answer.status(), 204);
    assert_eq!(app.get_as("/api/v1/cart", &login.access).await.status(), 200);
}

#[actix_web::test]
async fn an_answer_waits_until_what_it_ended_is_written() {
    let away = TestApp::with(|config| config.redis_url = Secret::new("redis://127.0.0.1:9"));
    let app = TestApp::new().await;

    let unwritten = away.get("/api/v1/users/ends-all").await;
    let unreadable = app.get("/api/v1/users/ends-nonsense").await;

    assert_eq!(problem(unwritten).await, refused(503, "revocation-unavailable"));
    assert_eq!(problem(unreadable).await, refused(500, "internal"));
}

#[actix_web::test]
async fn what_a_dying_gateway_has_not_written_is_written_soon() {
    let app = TestApp::new().await;
    let (session, user, living) = (app.login().await, app.login().await, app.login().await);
    let id = |login: &Login, claim: &str| login.claims[claim].as_str().unwrap().parse().unwrap();
    {
        let mut users = app.shared.users.lock().unwrap();
        users.ended.push(id(&session, "sid"));
        users
            .ended_users
            .push((id(&user, "sub"), chrono::Utc::now().timestamp_millis()));
    }

    for login in [&session, &user] {
        let begun = Instant::now();
        while app.get_as("/api/v1/cart", &login.access).await.status() != 401 {
            assert!(begun.elapsed() < Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert_eq!(app.get_as("/api/v1/cart", &living.access).await.status(), 200);
}

#[actix_web::test]
async fn the_time_up_to_which_tokens_are_over_never_falls() {
    let app = TestApp::new().await;
    let login = app.login().await;
    let user = login.claims["sub"].as_str().unwrap().parse().unwrap();
    let key = format!("{}:revoked:user:{user}", app.prefix);
    let now = chrono::Utc::now().timestamp_millis();
    let mut redis = app.redis().await;
    let () = redis.set_ex(&key, now + 5000, 60).await.unwrap();

    let marker = Uuid::now_v7();
    let told = [(user, now), (marker, now)];
    app.shared.users.lock().unwrap().ended_users.extend(told);
    let marker = format!("{}:revoked:user:{marker}", app.prefix);
    let begun = Instant::now();
    while !redis.exists::<_, bool>(&marker).await.unwrap() {
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let known: i64 = redis.get(&key).await.unwrap();
    assert_eq!(known, now + 5000);
}
