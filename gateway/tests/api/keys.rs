//! Signing keys rotate while requests go on: none is refused, at no replica.

use std::time::{Duration, Instant};

use gateway::config::KeyConfig;
use gateway::keys::{self, Kind};
use serde_json::Value;

use crate::app::{Login, TestApp};

const PATIENCE: Duration = Duration::from_secs(30);

/// Makes the next signing key; its name.
fn rotate(app: &TestApp, seconds: u64) -> String {
    let config = KeyConfig {
        signing_keys_dir: app.keys.clone(),
        mesh_keys_file: None,
    };
    let after = Duration::from_secs(seconds);
    let told = keys::rotate(&config, Some(Kind::Signing), after, None).unwrap();
    let listed = keys::list(&config).unwrap();
    let kid = told.split(' ').nth(3).unwrap().to_owned();
    assert!(
        told.contains("was made and signs") && listed.contains(&kid),
        "{told}{listed}"
    );
    kid
}

fn kid(login: &Login) -> String {
    jsonwebtoken::decode_header(&login.access).unwrap().kid.unwrap()
}

async fn publishes(app: &TestApp, kid: &str) -> bool {
    let keys: Value = app.get("/.well-known/jwks.json").await.json().await.unwrap();
    let keys = keys["keys"].as_array().unwrap();
    keys.iter().any(|key| key["kid"] == kid)
}

async fn accepts(apps: &[&TestApp], login: &Login) {
    for app in apps {
        assert_eq!(app.get_as("/api/v1/cart", &login.access).await.status(), 200);
    }
}

#[actix_web::test]
async fn every_replica_publishes_a_key_before_it_signs_and_no_request_is_refused() {
    let one = TestApp::new().await;
    let two = one.replica().await;
    let apps = [&one, &two];
    let first = one.login().await;

    let new = rotate(&one, 12);

    let begun = Instant::now();
    let mut published = false;
    loop {
        let logins = [one.login().await, two.login().await];
        for login in &logins {
            accepts(&apps, login).await;
        }
        accepts(&apps, &first).await;
        if logins.iter().all(|login| kid(login) == new) {
            break;
        }
        published |= publishes(&one, &new).await && publishes(&two, &new).await;
        assert!(published || logins.iter().all(|login| kid(login) == kid(&first)));
        assert!(begun.elapsed() < PATIENCE, "the new key does not sign");
    }

    assert!(published);
    for app in apps {
        assert!(publishes(app, &kid(&first)).await, "its tokens are still about");
    }
}

#[actix_web::test]
async fn a_replica_that_has_not_looked_yet_accepts_the_tokens_of_one_that_has() {
    let one = TestApp::new().await;
    let two = one.replica().await;
    let first = one.login().await;
    let new = rotate(&one, 0);

    // A fresh replica knows the key at once and signs with it.
    let three = one.replica().await;
    let login = three.login().await;

    assert_eq!(kid(&login), new);
    accepts(&[&one, &two, &three], &login).await;
    accepts(&[&one, &two, &three], &first).await;
}

#[actix_web::test]
async fn a_rotation_that_is_under_way_is_not_begun_again() {
    let app = TestApp::new().await;
    let config = KeyConfig {
        signing_keys_dir: app.keys.clone(),
        mesh_keys_file: Some(app.keys.join("mesh-keys")),
    };
    let rotate = |days| keys::rotate(&config, None, keys::AFTER, days).unwrap();

    let first = rotate(None);
    let second = rotate(None);

    assert!(first.contains("mesh key k-"), "{first}");
    assert_eq!(first.matches(" was made and signs").count(), 2, "{first}");
    assert_eq!(second.matches("nothing was done").count(), 2, "{second}");
    assert!(rotate(Some(1)).starts_with("the newest token signing key"));
    let listed = keys::list(&config).unwrap();
    assert_eq!(listed.lines().count(), 1 + 2 + 1 + 1, "{listed}");
    assert!(!listed.contains("PRIVATE") && !listed.contains("pem"), "{listed}");
}
