//! Limits are charged on the account that the handler uses, however the request names it.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::app::{TestApp, problem, refused};
use crate::limits::small_app;

const LOGIN: &str = "/api/v1/auth/login";
/// Failures that one account has from one address, in these tests.
const QUOTA: usize = 3;

impl TestApp {
    /// A login from `address` with this body, byte by byte.
    async fn raw_login(
        &self,
        address: &str,
        kind: &str,
        coding: Option<&str>,
        body: Vec<u8>,
    ) -> reqwest::Response {
        let mut request = self
            .request("POST", LOGIN)
            .header("x-forwarded-for", address)
            .header("content-type", kind)
            .body(body);
        if let Some(coding) = coding {
            request = request.header("content-encoding", coding);
        }
        request.send().await.unwrap()
    }

    async fn json_login(&self, address: &str, body: &str) -> reqwest::Response {
        self.raw_login(address, "application/json", None, body.as_bytes().to_vec())
            .await
    }

    /// How many logins user-svc was asked for.
    fn logins(&self) -> usize {
        let users = self.shared.users.lock().unwrap();
        users
            .seen
            .iter()
            .filter(|seen| seen.get("password").is_some())
            .count()
    }

    /// An account whose failures from `address` are used up.
    async fn used_up(&self, address: &str, email: &str) {
        let body = json!({ "email": email, "password": "guess" }).to_string();
        for _ in 0..QUOTA {
            assert_eq!(self.json_login(address, &body).await.status(), 401);
        }
        let over = self.json_login(address, &body).await;
        assert_eq!(problem(over).await, refused(429, "too-many-requests"));
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[actix_web::test]
async fn no_form_of_a_body_gives_an_account_a_fresh_quota() {
    let app = small_app().await;
    app.used_up("1.1.1.1", "victim@example.org").await;
    let before = app.logins();
    let plain = r#"{"email":"victim@example.org","password":"guess"}"#;
    let padding = " ".repeat(300 * 1024);

    let bodies: [(&str, &str, Option<&str>, Vec<u8>); 10] = [
        (
            "array",
            "application/json",
            None,
            br#"["victim@example.org","guess"]"#.to_vec(),
        ),
        (
            "two addresses",
            "application/json",
            None,
            br#"{"email":"other@example.org","email":"victim@example.org","password":"guess"}"#.to_vec(),
        ),
        (
            "two addresses, the other way round",
            "application/json",
            None,
            br#"{"email":"victim@example.org","email":"other@example.org","password":"guess"}"#.to_vec(),
        ),
        (
            "an escaped key",
            "application/json",
            None,
            br#"{"\u0065mail":"victim@example.org","password":"guess"}"#.to_vec(),
        ),
        (
            "escaped letters",
            "application/json",
            None,
            br#"{"email":"\u0076ictim@example.org","password":"guess"}"#.to_vec(),
        ),
        (
            "nested",
            "application/json",
            None,
            br#"{"email":["victim@example.org"],"password":"guess"}"#.to_vec(),
        ),
        (
            "large",
            "application/json",
            None,
            format!("{plain}{padding}").into_bytes(),
        ),
        ("gzip", "application/json", Some("gzip"), gzip(plain)),
        ("other type", "text/plain", None, plain.as_bytes().to_vec()),
        (
            "other JSON",
            "application/vnd.souk+json",
            None,
            plain.as_bytes().to_vec(),
        ),
    ];
    for (index, (name, kind, coding, body)) in bodies.into_iter().enumerate() {
        // Another address each time, so that what counts is the account; it has two failures left over all.
        let status = app
            .raw_login(&format!("2.2.2.{index}"), kind, coding, body)
            .await
            .status()
            .as_u16();
        assert!(
            [400, 401, 413, 415, 422, 429].contains(&status),
            "{name}: {status}"
        );
    }

    // Of five failures of the account over all, three were used above: no more than the other two came through.
    assert_eq!(app.logins() - before, 2);
}

#[actix_web::test]
async fn a_body_that_no_handler_takes_is_refused_and_costs_the_network() {
    let app = small_app().await;
    let bad = [
        (
            r#"{"email":"a@example.org","email":"b@example.org","password":"x"}"#,
            422,
        ),
        (r#"{"email":{"email":"a@example.org"},"password":"x"}"#, 422),
        (r#"{"login":{"email":"a@example.org","password":"x"}}"#, 422),
        (r#"{"email":"a@example.org"}"#, 422),
        (r#"{"email":"a@example.org","password":"x","role":"admin"}"#, 422),
        ("{", 400),
        ("null", 422),
    ];

    for (body, status) in bad {
        assert_eq!(app.json_login("1.1.1.1", body).await.status(), status, "{body}");
    }
    // Seven of the eight that the network has.
    let good = r#"{"email":"a@example.org","password":"x"}"#;
    assert_eq!(app.json_login("1.1.1.1", good).await.status(), 401);
    let over = app.json_login("1.1.1.1", good).await;
    assert_eq!(problem(over).await, refused(429, "too-many-requests"));
    assert_eq!(app.logins(), 1);
}

#[actix_web::test]
async fn an_account_has_one_quota_in_every_spelling() {
    let app = small_app().await;
    app.used_up("1.1.1.1", "vic@b\u{fc}cher.example").await;

    for spelling in [
        "vic@xn--bcher-kva.example",
        "VIC@B\u{dc}CHER.example",
        "vic@bu\u{308}cher.example",
        "vic@\u{ff42}\u{fc}cher.example",
        " vic@b\u{fc}cher.example\u{a0}",
        "vic@b\u{fc}\u{ad}cher\u{3002}example",
    ] {
        let body = json!({ "email": spelling, "password": "guess" }).to_string();
        let over = app.json_login("1.1.1.1", &body).await;
        assert_eq!(
            problem(over).await,
            refused(429, "too-many-requests"),
            "{spelling}"
        );
    }
    // A look-alike is somebody else.
    let body = json!({ "email": "vic@bucher.example", "password": "guess" }).to_string();
    assert_eq!(app.json_login("1.1.1.1", &body).await.status(), 401);
}

#[actix_web::test]
async fn registrations_and_resets_have_one_quota_in_every_spelling() {
    let app = small_app().await;
    for (path, base) in [
        (
            "/api/v1/auth/register",
            json!({ "password": "seven brave otters", "first_name": "A", "last_name": "B" }),
        ),
        ("/api/v1/auth/password-reset", json!({})),
    ] {
        let mut statuses = Vec::new();
        for email in [
            "a@b\u{fc}cher.example",
            "A@xn--bcher-kva.example",
            "a@B\u{dc}cher.example",
        ] {
            let mut body = base.clone();
            body["email"] = json!(email);
            statuses.push(
                app.from("1.1.1.1", "POST", path, Some(body))
                    .await
                    .status()
                    .as_u16(),
            );
        }
        assert!(statuses[0] < 300 && statuses[1] < 300, "{path}: {statuses:?}");
        assert_eq!(statuses[2], 429, "{path}");
    }
}

#[actix_web::test]
async fn a_verification_mail_counts_as_its_users_whatever_the_body_says() {
    let app = small_app().await;
    let login = app.login().await;
    let resend = async |address: &str, email: &str| {
        let request = app
            .request("POST", "/api/v1/auth/verify-email/resend")
            .header("x-forwarded-for", address)
            .bearer_auth(&login.access)
            .json(&json!({ "email": email }));
        request.send().await.unwrap().status().as_u16()
    };

    let statuses = [
        resend("1.1.1.1", "a@example.org").await,
        resend("1.1.1.2", "b@example.org").await,
        resend("1.1.1.3", "c@example.org").await,
    ];

    assert_eq!(statuses, [202, 202, 429]);
    // Nobody else's quota was used by naming them.
    let reset = json!({ "email": "a@example.org" });
    let path = "/api/v1/auth/password-reset";
    let statuses = [
        app.from("1.1.1.4", "POST", path, Some(reset.clone()))
            .await
            .status(),
        app.from("1.1.1.4", "POST", path, Some(reset)).await.status(),
    ];
    assert_eq!(statuses.map(|status| status.as_u16()), [202, 202]);
}
