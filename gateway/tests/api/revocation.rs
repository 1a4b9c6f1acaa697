use std::time::{Duration, Instant};

use deadpool_redis::redis::AsyncCommands;

use crate::app::{TestApp, problem, refused};

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
