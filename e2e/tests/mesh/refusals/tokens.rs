//! Tokens that are missing, false, over or ended.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::attacks::raw::say;
use crate::bodies::{Tokens, User};
use crate::client::Client;
use crate::mesh::Mesh;
use crate::people::{PASSWORD, Person};

#[tokio::test]
async fn what_is_no_token_of_ours_is_refused() {
    let mesh = Mesh::shared().await;
    let customer = mesh.customer().await;
    let token = Token::of(&customer);
    let mut claims = token.claims.clone();
    claims["role"] = json!("admin");
    let altered = format!("{}.{}.{}", token.header, to_base64(&claims), token.signature);
    let unsigned = format!(
        "{}.{}.",
        to_base64(&json!({"alg": "none", "typ": "JWT"})),
        to_base64(&claims)
    );

    for token in [
        "garbage",
        "a.b.c",
        &altered,
        &unsigned,
        &customer.tokens.refresh_token,
    ] {
        let client = mesh.anybody().bearer(token);
        client.get("/users/me").await.refused(401, "invalid-token");
        // Not even where nobody needs one.
        client.get("/products").await.refused(401, "invalid-token");
    }
}

#[tokio::test]
async fn a_token_cannot_choose_how_it_is_checked() {
    let mesh = Mesh::shared().await;
    let customer = mesh.customer().await;
    let token = Token::of(&customer);
    let jwks: Value = mesh.root().get("/.well-known/jwks.json").await.ok();
    let key = &jwks["keys"][0];
    let mut claims = token.claims.clone();
    claims["role"] = json!("admin");
    let refused = async |token: String| {
        let client = mesh.anybody().bearer(&token);
        client.get("/users/me").await.refused(401, "invalid-token");
    };

    for algorithm in ["none", "None", "NONE", "nOnE", "", "HS256", "EdDSA", "eddsa"] {
        for signature in ["", "AA", &token.signature] {
            let header = to_base64(&json!({"alg": algorithm, "typ": "JWT", "kid": key["kid"]}));
            refused(format!("{header}.{}.{signature}", to_base64(&claims))).await;
        }
    }
    // The public key is no secret, in whatever form it is taken for one.
    let x = key["x"].as_str().unwrap();
    let raw = URL_SAFE_NO_PAD.decode(x).unwrap();
    let secrets = [
        raw,
        x.as_bytes().to_vec(),
        jwks.to_string().into_bytes(),
        Vec::new(),
    ];
    for (secret, algorithm) in secrets.iter().zip(
        [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512]
            .iter()
            .cycle(),
    ) {
        let header = Header {
            kid: key["kid"].as_str().map(str::to_owned),
            ..Header::new(*algorithm)
        };
        refused(encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap()).await;
    }
    // A key that comes with the token vouches for nothing.
    for extra in [
        json!({"jwk": key}),
        json!({"jku": "http://127.0.0.1/jwks.json"}),
        json!({"x5c": [x]}),
        json!({"crit": ["b64"]}),
    ] {
        let mut header = json!({"alg": "EdDSA", "typ": "JWT", "kid": key["kid"]});
        header
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        refused(format!(
            "{}.{}.{}",
            to_base64(&header),
            to_base64(&claims),
            token.signature
        ))
        .await;
    }
}

#[tokio::test]
async fn a_key_has_one_name() {
    let mesh = Mesh::shared().await;
    let customer = mesh.customer().await;
    let token = Token::of(&customer);
    let kid = from_base64(&token.header)["kid"].as_str().unwrap().to_owned();

    token
        .signed_as(&mesh, Some(&kid), &token.claims)
        .get("/users/me")
        .await
        .ok::<User>();
    for wrong in [
        "",
        "key-000",
        "key-999",
        "0",
        &kid.to_uppercase().replace(char::is_numeric, "0"),
        &format!("{kid} "),
        &format!("{kid}.pem"),
        &format!("./{kid}"),
        &format!("../signing-keys/{kid}"),
        &format!("{kid}/../{kid}"),
        &format!("{kid}\0"),
        &format!("%2e%2f{kid}"),
        "../../../../../../dev/null",
        "/etc/passwd",
        "' or '1'='1",
        &"k".repeat(3000),
    ] {
        let client = token.signed_as(&mesh, Some(wrong), &token.claims);
        client.get("/users/me").await.refused(401, "invalid-token");
    }
    let nameless = token.signed_as(&mesh, None, &token.claims);
    nameless.get("/users/me").await.refused(401, "invalid-token");
}

#[tokio::test]
async fn a_token_lacks_nothing_and_comes_alone() {
    let mesh = Mesh::shared().await;
    let customer = mesh.customer().await;
    let token = Token::of(&customer);
    let kid = from_base64(&token.header)["kid"].as_str().unwrap().to_owned();

    for claim in ["iss", "aud", "sub", "jti", "sid", "typ", "role", "iat", "exp"] {
        let mut claims = token.claims.clone();
        claims.as_object_mut().unwrap().remove(claim);
        let client = token.signed_as(&mesh, Some(&kid), &claims);
        client.get("/users/me").await.refused(401, "invalid-token");
    }
    let good = &customer.tokens.access_token;
    let me = "GET /api/v1/users/me HTTP/1.1\r\nHost: souk\r\nConnection: close\r\n";
    for wrong in [
        format!("Authorization: Bearer {good}\r\nAuthorization: Bearer {good}"),
        format!("Authorization: Bearer {good}, Bearer {good}"),
        format!("Authorization: Basic {good}"),
        format!("Authorization: {good}"),
        format!("Authorization: Bearer {good} x"),
        "Authorization: Bearer".to_owned(),
        "Authorization:".to_owned(),
    ] {
        let talk = say(&mesh.run.gateway_url, format!("{me}{wrong}\r\n\r\n")).await;
        talk.one().refused(401, "invalid-token");
    }
    for nowhere in [
        format!("Cookie: access_token={good}"),
        format!("X-Authorization: Bearer {good}"),
        format!("Proxy-Authorization: Bearer {good}"),
    ] {
        let talk = say(&mesh.run.gateway_url, format!("{me}{nowhere}\r\n\r\n")).await;
        talk.one().refused(401, "authentication-required");
    }
    let query = format!("/users/me?access_token={good}");
    mesh.anybody()
        .get(&query)
        .await
        .refused(401, "authentication-required");
}

#[tokio::test]
async fn a_token_that_is_over_or_for_something_else_is_refused() {
    let mesh = Mesh::shared().await;
    let customer = mesh.customer().await;
    let token = Token::of(&customer);
    let issued = token.claims["iat"].as_i64().unwrap();

    // What is signed here is good, but for the claim that is changed.
    token
        .signed_with(&mesh, "iat", json!(issued))
        .get("/users/me")
        .await
        .ok::<User>();
    let expired = token.signed_with(&mesh, "exp", json!(issued - 1));
    expired.get("/users/me").await.refused(401, "expired-token");
    for (claim, value) in [
        ("typ", "refresh"),
        ("iss", "elsewhere"),
        ("aud", "elsewhere"),
        ("role", "king"),
    ] {
        let wrong = token.signed_with(&mesh, claim, json!(value));
        wrong.get("/users/me").await.refused(401, "invalid-token");
    }
}

#[tokio::test]
async fn an_access_token_does_not_refresh() {
    let mesh = Mesh::shared().await;
    let customer = mesh.customer().await;

    let body = json!({"refresh_token": customer.tokens.access_token});
    let answer = mesh.anybody().post("/auth/refresh", body).await;

    assert!(matches!(answer.status, 401 | 422), "{answer:?}");
}

#[tokio::test]
async fn a_refresh_token_used_after_its_successor_ends_its_session() {
    let mesh = Mesh::shared().await;
    let customer = mesh.customer().await;
    let refresh = async |token: &str| {
        mesh.anybody()
            .post("/auth/refresh", json!({"refresh_token": token}))
            .await
    };

    let second: Tokens = refresh(&customer.tokens.refresh_token).await.ok();
    assert_eq!((second.token_type.as_str(), second.expires_in), ("Bearer", 900));
    mesh.anybody()
        .bearer(&second.access_token)
        .get("/users/me")
        .await
        .ok::<User>();
    let repeated: Tokens = refresh(&customer.tokens.refresh_token).await.ok();
    assert_eq!(repeated.refresh_token, second.refresh_token);
    let third: Tokens = refresh(&second.refresh_token).await.ok();
    refresh(&customer.tokens.refresh_token)
        .await
        .refused(401, "invalid-refresh-token");

    refresh(&third.refresh_token)
        .await
        .refused(401, "invalid-refresh-token");
    for tokens in [&customer.tokens, &second, &repeated, &third] {
        let access = &tokens.access_token;
        mesh.anybody()
            .bearer(access)
            .get("/users/me")
            .await
            .refused(401, "revoked-token");
    }
}

#[tokio::test]
async fn logging_out_leaves_the_other_session_alone() {
    let mesh = Mesh::shared().await;
    let customer = mesh.customer().await;
    let other = mesh.login(&customer.email, PASSWORD).await;

    customer.client.post("/auth/logout", json!({})).await.no_content();

    customer
        .client
        .get("/users/me")
        .await
        .refused(401, "revoked-token");
    customer
        .client
        .post("/auth/logout", json!({}))
        .await
        .refused(401, "revoked-token");
    mesh.anybody()
        .bearer(&other.access_token)
        .get("/users/me")
        .await
        .ok::<User>();
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_alike() {
    let mesh = Mesh::shared().await;
    let customer = mesh.customer().await;
    let login = async |email: &str| {
        let body = json!({"email": email, "password": "not the password"});
        mesh.anybody()
            .post("/auth/login", body)
            .await
            .refused(401, "invalid-credentials")
    };

    let (mut wrong, mut unknown) = (login(&customer.email).await, login("nobody@example.org").await);

    for body in [&mut wrong, &mut unknown] {
        body["instance"].take();
    }
    assert_eq!(wrong, unknown);
}

/// A token taken apart.
struct Token {
    header: String,
    claims: Value,
    signature: String,
}

impl Token {
    fn of(person: &Person) -> Self {
        let mut parts = person.tokens.access_token.split('.').map(str::to_owned);
        let (header, claims) = (parts.next().unwrap(), parts.next().unwrap());
        Self {
            header,
            claims: from_base64(&claims),
            signature: parts.next().unwrap(),
        }
    }

    /// Whoever holds the same token with another claim, signed with the key of the mesh.
    fn signed_with(&self, mesh: &Mesh, claim: &str, value: Value) -> Client {
        let mut claims = self.claims.clone();
        claims[claim] = value;
        let kid = from_base64(&self.header)["kid"].as_str().map(str::to_owned);
        self.signed_as(mesh, kid.as_deref(), &claims)
    }

    /// Whoever holds a token with these claims, signed with the key of the mesh under some name.
    fn signed_as(&self, mesh: &Mesh, kid: Option<&str>, claims: &Value) -> Client {
        let files = fs::read_dir(mesh.dir.join("signing-keys")).unwrap();
        let names = files.map(|file| file.unwrap().path());
        // The newest one signs, but for a moment in which only the test of rotation runs.
        let newest = names
            .filter(|path| path.extension().is_some_and(|end| end == "pem"))
            .max();
        let pem = fs::read(newest.unwrap()).unwrap();
        let header = Header {
            kid: kid.map(str::to_owned),
            ..Header::new(Algorithm::EdDSA)
        };
        let token = encode(&header, claims, &EncodingKey::from_ed_pem(&pem).unwrap()).unwrap();
        mesh.anybody().bearer(&token)
    }
}

fn to_base64(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn from_base64(text: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}
