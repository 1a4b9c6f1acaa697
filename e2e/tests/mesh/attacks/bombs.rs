//! Bodies made to cost more than they weigh.

use std::time::{Duration, Instant};

use serde_json::json;

use super::raw::say;
use crate::client::Client;
use crate::mesh::Mesh;

/// Where bodies are read: by the gateway itself, and by services behind it.
const READERS: [&str; 5] = [
    "/auth/login",
    "/shops",
    "/products",
    "/cart/items",
    "/wishlist/items",
];

async fn everywhere(client: &Client, body: &str, status: u16, slug: &str) {
    for path in READERS {
        let begun = Instant::now();
        client.post_text(path, body).await.refused(status, slug);
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{path}: {:?}",
            begun.elapsed()
        );
    }
}

#[tokio::test]
async fn deep_and_broken_json_goes_no_further() {
    let mesh = Mesh::shared().await;
    let client = mesh.customer().await.client;
    let deep = "[".repeat(100_000);

    everywhere(&client, &deep, 400, "malformed-json").await;
    for body in [
        &format!("{{\"name\": {deep}"),
        &"{\"name\":".repeat(25_000),
        "{\"name\": \"\\ud800\"}",
        "{\"name\": \"\\udc00\\ud800\"}",
        "{\"name\": \"a\u{0}b\"}",
        "{\"name\": \"a\nb\"}",
        "{\"name\": NaN}",
        "{\"name\": 'a'}",
        "{\"name\": 1e}",
        "{\"name\": 1,}",
        "\u{feff}{}",
    ] {
        // A reader that does not know the field need not look at what is in it.
        for path in READERS {
            let answer = client.post_text(path, body).await;
            assert!(matches!(answer.status, 400 | 422), "{body:.60}: {answer:?}");
        }
    }
    mesh.is_well().await;
}

#[tokio::test]
async fn json_that_fits_nothing_is_refused_at_once() {
    let mesh = Mesh::shared().await;
    let client = mesh.customer().await.client;
    let keys = |count: usize| {
        let all: Vec<String> = (0..count).map(|n| format!("\"k{n}\":{n}")).collect();
        format!("{{{}}}", all.join(","))
    };

    everywhere(&client, &keys(15_000), 422, "validation-failed").await;
    everywhere(&client, &keys(100_000), 413, "body-too-large").await;
    for body in [
        "{\"email\": \"a\\u0000b\", \"name\": \"a\\u0000b\", \"note\": \"a\\u0000b\"}",
        "{\"name\\u0000\": 1}",
        "[]",
        "[{}]",
        "null",
        "1e400",
        &format!("{{\"quantity\": {}}}", "9".repeat(100_000)),
        "{\"__proto__\": {\"role\": \"admin\"}}",
    ] {
        for path in READERS {
            let answer = client.post_text(path, body).await;
            assert!(matches!(answer.status, 400 | 422), "{body:.60}: {answer:?}");
        }
    }
    for (field, value) in [
        ("quantity", "1e999"),
        ("quantity", "-1"),
        ("quantity", "1.5"),
        ("quantity", "99999999999999999999"),
    ] {
        let body = format!(
            "{{\"variation_id\": \"{}\", \"{field}\": {value}}}",
            uuid::Uuid::now_v7()
        );
        let answer = client.post_text("/cart/items", body).await;
        assert!(matches!(answer.status, 400 | 422), "{value}: {answer:?}");
    }
    let twice = "{\"name\": \"One shop\", \"name\": \"Another\"}";
    client.post_text("/shops", twice).await.refused_field("/name");
    mesh.is_well().await;
}

#[tokio::test]
async fn only_plain_json_is_read() {
    let mesh = Mesh::shared().await;
    let client = mesh.customer().await.client;
    let as_it_is = async |name: &str, value: &str| {
        for path in READERS {
            let answer = client
                .with(name, value)
                .post(path, json!({"name": "A shop"}))
                .await;
            answer.refused(415, "unsupported-media-type");
        }
    };

    for coding in ["gzip", "br", "deflate", "gzip, gzip"] {
        as_it_is("content-encoding", coding).await;
    }
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
    ] {
        as_it_is("content-type", kind).await;
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_waited_for() {
    let mesh = Mesh::shared().await;
    let token = mesh.customer().await.tokens.access_token;

    for path in ["/api/v1/auth/login", "/api/v1/shops"] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: souk\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        );
        let announced = format!("{head}Content-Length: 10000000000\r\nConnection: close\r\n\r\n{{");
        say(&mesh.run.gateway_url, announced)
            .await
            .one()
            .refused(413, "body-too-large");
        let piece = format!("8000\r\n{}\r\n", "x".repeat(0x8000));
        let pieces = format!(
            "{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{}0\r\n\r\n",
            piece.repeat(10)
        );
        say(&mesh.run.gateway_url, pieces)
            .await
            .one()
            .refused(413, "body-too-large");
    }
    mesh.is_well().await;
}
