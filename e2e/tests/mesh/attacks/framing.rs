//! Where one request ends and the next begins: of two opinions none is believed.

use super::raw::say;
use crate::mesh::Mesh;

/// What would be answered if somebody took the rest of a body for a request.
const SMUGGLED: &str = "0\r\n\r\nGET /api/v1/users/me HTTP/1.1\r\nHost: souk\r\n\r\n";

#[tokio::test]
async fn a_body_has_one_length() {
    let mesh = Mesh::shared().await;
    let services = ["gateway", "order-svc"].map(|name| mesh.run.services[name].url.clone());

    for lengths in [
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 5",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 0x5",
        "Content-Length: 5 ;",
        "Content-Length: 99999999999999999999999",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding:\r\n chunked",
    ] {
        for path in ["/api/v1/auth/login", "/api/v1/cart/items"] {
            for url in &services {
                let request = format!("POST {path} HTTP/1.1\r\nHost: souk\r\n{lengths}\r\n\r\n{SMUGGLED}");
                say(url, request).await.ends_with(400, "malformed-request");
            }
        }
    }
    mesh.is_well().await;
}

#[tokio::test]
async fn a_chunk_is_as_long_as_it_says() {
    let mesh = Mesh::shared().await;
    let token = mesh.customer().await.tokens.access_token;

    for chunks in [
        "zz\r\n{}\r\n",
        "-2\r\n{}\r\n",
        "2 2\r\n{}\r\n",
        "ffffffffffffffffff\r\n{}\r\n",
        "2\r\n{}}}\r\n",
    ] {
        for path in ["/api/v1/auth/login", "/api/v1/cart/items"] {
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: souk\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            );
            let talk = say(&mesh.run.gateway_url, format!("{head}{chunks}{SMUGGLED}")).await;
            // Whoever is still sending may see the end of the connection before the answer.
            assert!(talk.closed && talk.answers.len() <= 1, "{talk:?}");
            for answer in talk.answers {
                answer.refused(400, "malformed-json");
            }
        }
    }
    mesh.is_well().await;
}

#[tokio::test]
async fn a_header_is_one_line_with_a_name() {
    let mesh = Mesh::shared().await;

    for lines in [
        "X-Note: one\r\n two",
        "X-Note: one\r\n\tX-User-ID: two",
        "X-Note: one\rX-User-ID: two",
        "X-Note: one\0two",
        "X-Note : one",
        "X Note: one",
        "X(Note): one",
        "X-Nöte: one",
        ": one",
        "X-Note",
        "Host: elsewhere",
    ] {
        let request = format!("GET /api/v1/products HTTP/1.1\r\nHost: souk\r\n{lines}\r\n\r\n");
        let talk = say(&mesh.run.gateway_url, request).await;
        talk.ends_with(400, "malformed-request");
    }
    for start in [
        "GET /api/v1/products HTTP/1.1",
        "GET /api/v1/products HTTP/2.0\r\nHost: souk",
        "GET /api/v1/products HTTP/1.2\r\nHost: souk",
        "GET /api/v1/products\r\nHost: souk",
        "GET api/v1/products HTTP/1.1\r\nHost: souk",
        "GET /api/v1/products /x HTTP/1.1\r\nHost: souk",
        "PRI * HTTP/2.0\r\n\r\nSM",
        "\u{16}\u{3}\u{1}\u{2}",
    ] {
        let talk = say(&mesh.run.gateway_url, format!("{start}\r\n\r\n")).await;
        talk.ends_with(400, "malformed-request");
    }
    mesh.is_well().await;
}

#[tokio::test]
async fn a_head_has_an_end() {
    let mesh = Mesh::shared().await;
    let gateway = &mesh.run.gateway_url;
    let (start, end) = ("GET /api/v1/products HTTP/1.1\r\nHost: souk\r\n", "\r\n\r\n");

    let one = format!("{start}X-Note: {}{end}", "x".repeat(10_000_000));
    say(gateway, one).await.ends_with(431, "headers-too-large");
    let many: String = (0..100_000).map(|n| format!("X-Note-{n}: x\r\n")).collect();
    say(gateway, format!("{start}{many}{end}"))
        .await
        .ends_with(431, "headers-too-large");
    let address = format!("GET /{} HTTP/1.1\r\nHost: souk{end}", "x".repeat(10_000_000));
    say(gateway, address).await.ends_with(414, "address-too-long");
    mesh.is_well().await;
}

#[tokio::test]
async fn requests_that_follow_each_other_are_told_apart() {
    let mesh = Mesh::shared().await;
    let token = mesh.customer().await.tokens.access_token;
    let first = format!(
        "GET /api/v1/users/me HTTP/1.1\r\nHost: souk\r\nAuthorization: Bearer {token}\r\nContent-Length: 38\r\n\r\n\
         GET /api/v1/orders HTTP/1.1\r\nX-Note: x"
    );
    let second = "GET /api/v1/users/me HTTP/1.1\r\nHost: souk\r\nConnection: close\r\n\r\n";

    let talk = say(&mesh.run.gateway_url, format!("{first}{second}")).await;

    let statuses: Vec<u16> = talk.answers.iter().map(|answer| answer.status).collect();
    assert_eq!(
        statuses,
        [200, 401],
        "what stands in a body is no request: {talk:?}"
    );
    talk.answers[1].refused(401, "authentication-required");
}
