use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{TestApp, problem, refused};

fn b64(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

async fn jwk(app: &TestApp) -> Value {
    app.get("/.well-known/jwks.json")
        .await
        .json::<Value>()
        .await
        .unwrap()["keys"][0]
        .clone()
}

async fn refuses(app: &TestApp, token: &str, slug: &str) {
    // Where anybody may come as well as where nobody may.
    for path in ["/api/v1/cart", "/api/v1/products"] {
        assert_eq!(
            problem(app.get_as(path, token).await).await,
            refused(401, slug),
            "{token}"
        );
    }
}

#[actix_web::test]
async fn the_published_key_verifies_tokens() {
    let app = TestApp::new().await;
    let login = app.login().await;

    let jwk = jwk(&app).await;

    assert_eq!(
        (&jwk["kty"], &jwk["crv"], &jwk["alg"]),
        (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA"))
    );
    assert!(jwk.get("d").is_none());
    let header = jsonwebtoken::decode_header(&login.access).unwrap();
    assert_eq!(header.kid.as_deref(), jwk["kid"].as_str());
    let key = jsonwebtoken::DecodingKey::from_ed_components(jwk["x"].as_str().unwrap()).unwrap();
    let mut rules = jsonwebtoken::Validation::new(Algorithm::EdDSA);
    rules.set_audience(&["souk"]);
    assert!(jsonwebtoken::decode::<Value>(&login.access, &key, &rules).is_ok());
}

#[actix_web::test]
async fn a_token_without_a_signature_is_refused() {
    let app = TestApp::new().await;
    let login = app.login().await;
    let kid = jwk(&app).await["kid"].clone();

    for alg in ["none", "None", "NONE", "EdDSA"] {
        let head = b64(&json!({ "alg": alg, "typ": "JWT", "kid": kid }));
        refuses(&app, &format!("{head}.{}.", b64(&login.claims)), "invalid-token").await;
    }
}

#[actix_web::test]
async fn the_public_key_is_no_secret_to_sign_with() {
    let app = TestApp::new().await;
    let login = app.login().await;
    let jwk = jwk(&app).await;
    let x = jwk["x"].as_str().unwrap();
    let header = Header {
        kid: jwk["kid"].as_str().map(str::to_owned),
        ..Header::new(Algorithm::HS256)
    };

    for secret in [URL_SAFE_NO_PAD.decode(x).unwrap(), x.as_bytes().to_vec()] {
        let token = jsonwebtoken::encode(&header, &login.claims, &EncodingKey::from_secret(&secret)).unwrap();
        refuses(&app, &token, "invalid-token").await;
    }
}

#[actix_web::test]
async fn altered_claims_are_refused_though_the_token_was_seen_before() {
    let app = TestApp::new().await;
    let login = app.login().await;
    assert_eq!(app.get_as("/api/v1/cart", &login.access).await.status(), 200);
    let parts: Vec<&str> = login.access.split('.').collect();
    let mut claims = login.claims.clone();
    claims["role"] = json!("admin");

    refuses(
        &app,
        &format!("{}.{}.{}", parts[0], b64(&claims), parts[2]),
        "invalid-token",
    )
    .await;
    let mut signature = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    signature[0] ^= 1;
    refuses(
        &app,
        &format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode(signature)),
        "invalid-token",
    )
    .await;
}

#[actix_web::test]
async fn claims_must_fit_even_under_our_own_signature() {
    let app = TestApp::new().await;
    let login = app.login().await;
    let kid = jwk(&app).await["kid"].as_str().unwrap().to_owned();
    let with = |name: &str, value: Value| {
        let mut claims = login.claims.clone();
        claims[name] = value;
        app.sign(Some(&kid), &claims)
    };
    let without = |name: &str| {
        let mut claims = login.claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        app.sign(Some(&kid), &claims)
    };

    assert_eq!(
        app.get_as("/api/v1/cart", &with("jti", json!(Uuid::now_v7())))
            .await
            .status(),
        200
    );
    refuses(
        &app,
        &with("exp", json!(chrono::Utc::now().timestamp() - 1)),
        "expired-token",
    )
    .await;
    for token in [
        with("typ", json!("refresh")),
        with("iss", json!("somebody")),
        with("aud", json!("something")),
        with("role", json!("root")),
        with("sub", json!("7")),
    ] {
        refuses(&app, &token, "invalid-token").await;
    }
    for name in ["iss", "aud", "sub", "jti", "sid", "typ", "role", "exp"] {
        refuses(&app, &without(name), "invalid-token").await;
    }
}

#[actix_web::test]
async fn the_key_must_be_one_of_ours() {
    let app = TestApp::new().await;
    let login = app.login().await;

    for kid in [None, Some("unknown"), Some("../../key-001.pem"), Some("")] {
        refuses(&app, &app.sign(kid, &login.claims), "invalid-token").await;
    }
}

#[actix_web::test]
async fn a_refresh_token_is_no_access_token_and_neither_is_nonsense() {
    let app = TestApp::new().await;
    let login = app.login().await;
    let long = "a".repeat(5000);

    for token in [login.refresh.as_str(), "", "a.b.c", "....", long.as_str()] {
        refuses(&app, token, "invalid-token").await;
    }
    for value in ["Basic YTpi", "Bearer", login.access.as_str(), "bearer"] {
        let response = app
            .request("GET", "/api/v1/products")
            .header("authorization", value)
            .send()
            .await
            .unwrap();
        assert_eq!(problem(response).await, refused(401, "invalid-token"), "{value}");
    }
    let twice = app
        .request("GET", "/api/v1/products")
        .bearer_auth(&login.access)
        .bearer_auth(&login.access);
    assert_eq!(
        problem(twice.send().await.unwrap()).await,
        refused(401, "invalid-token")
    );
    let lower = app
        .request("GET", "/api/v1/cart")
        .header("authorization", format!("bearer {}", login.access));
    assert_eq!(lower.send().await.unwrap().status(), 200);
}

#[actix_web::test]
async fn keys_rotate_without_a_gap() {
    let app = TestApp::new().await;
    let old = app.login().await;
    let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    std::fs::write(app.keys.join("key-002.pem"), pem).unwrap();
    let header = Header {
        kid: Some("3YZxBJ12jO3n_mXt_q-j_Z-TFP1vt-NiI3OCf-fEnHQ".into()),
        ..Header::new(Algorithm::EdDSA)
    };
    let key = EncodingKey::from_ed_pem(pem.as_bytes()).unwrap();
    let new = jsonwebtoken::encode(&header, &old.claims, &key).unwrap();

    // Another replica already signs with the new key; this one looks for it once a second at most.
    let begun = std::time::Instant::now();
    while app.get_as("/api/v1/cart", &new).await.status() != 200 {
        assert!(begun.elapsed().as_secs() < 10, "the new key is not accepted");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }

    assert_eq!(app.get_as("/api/v1/cart", &old.access).await.status(), 200);
    let keys: Value = app.get("/.well-known/jwks.json").await.json().await.unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
}
