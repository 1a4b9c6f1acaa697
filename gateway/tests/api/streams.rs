use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::Value;

use crate::app::{TestApp, problem, refused};
use crate::wire::{Reply, Wire};

const PIECE: usize = 64 * 1024;

/// A body of numbered pieces, and how many were taken so far.
fn body(pieces: usize) -> (reqwest::Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let count = taken.clone();
    let pieces = stream::iter(0..pieces).map(move |n| {
        count.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::io::Error>(vec![n as u8; PIECE])
    });
    (reqwest::Body::wrap_stream(pieces), taken)
}

#[actix_web::test]
async fn a_large_body_goes_there_and_back_at_the_same_time() {
    let app = TestApp::new().await;
    let (body, _) = body(500);

    let response = app
        .request("POST", "/api/v1/products/mirror")
        .body(body)
        .send()
        .await
        .unwrap();

    let mut came = 0_usize;
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        for byte in piece.unwrap() {
            assert_eq!(byte, (came / PIECE) as u8, "at {came}");
            came += 1;
        }
    }
    assert_eq!(came, 500 * PIECE);
}

#[actix_web::test]
async fn an_announced_length_is_kept_both_ways() {
    let app = TestApp::new().await;

    let sent = app
        .request("POST", "/api/v1/products/count")
        .body(vec![1; 3_000_000])
        .send()
        .await
        .unwrap();
    let got = app.get("/api/v1/products/large").await;
    let head = app
        .request("HEAD", "/api/v1/products/large")
        .send()
        .await
        .unwrap();

    assert_eq!(sent.json::<Value>().await.unwrap()["bytes"], 3_000_000);
    assert_eq!(got.headers()["content-length"], "32000000");
    assert_eq!(got.bytes().await.unwrap().len(), 32_000_000);
    assert_eq!(head.headers()["content-length"], "32000000");
    assert!(head.bytes().await.unwrap().is_empty());
}

#[actix_web::test]
async fn a_service_that_does_not_read_holds_the_client_back() {
    let app = TestApp::with(|config| config.edge.max_body_bytes = u64::MAX);
    let (body, taken) = body(4000);

    let upload = actix_web::rt::spawn(app.request("POST", "/api/v1/products/stalled").body(body).send());
    // Until the client stands still: everything on the way is full.
    let mut before = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = taken.load(Ordering::Relaxed);
        if now == before && now > 0 {
            break;
        }
        before = now;
    }
    let held = taken.load(Ordering::Relaxed);
    app.shared.read.notify_one();
    let answer: Value = upload.await.unwrap().unwrap().json().await.unwrap();

    assert!(held < 1000, "{held} pieces were taken while nobody read");
    assert_eq!(answer["bytes"], 4000 * PIECE);
}

#[actix_web::test]
async fn a_client_that_does_not_read_holds_the_service_back() {
    const ALL: usize = 50 * 1024 * 1024;
    let service = Wire::start(|_, _| Reply::Bulk(ALL)).await;
    let url = service.url();
    let app = TestApp::with(|config| config.search_svc_url = url);

    let response = app.get("/api/v1/search?q=x").await;
    let mut before = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        if service.written() == before && before > 0 {
            break;
        }
        before = service.written();
    }
    let held = service.written();
    let mut came = 0;
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        came += piece.unwrap().len();
    }

    assert!(held < ALL / 2, "{held} bytes were taken while nobody read");
    assert_eq!((came, service.written()), (ALL, ALL));
}

#[actix_web::test]
async fn an_early_refusal_reaches_a_client_that_is_still_sending() {
    let app = TestApp::new().await;
    let (body, _) = body(100);

    let response = app
        .request("POST", "/api/v1/products/early")
        .body(body)
        .send()
        .await
        .unwrap();

    assert_eq!(response.status(), 413);
    assert!(response.text().await.unwrap().contains("body-too-large"));
}

#[actix_web::test]
async fn a_client_that_breaks_off_leaves_the_gateway_well() {
    let app = TestApp::new().await;
    let broken = stream::iter([Ok(vec![1_u8; PIECE]), Err(std::io::Error::other("gone"))]);

    let request = app
        .request("POST", "/api/v1/products/count")
        .body(reqwest::Body::wrap_stream(broken));
    assert!(request.send().await.is_err());

    assert_eq!(app.get("/api/v1/products").await.status(), 200);
}

#[actix_web::test]
async fn patience_counts_from_when_the_body_last_moved() {
    let app = TestApp::with(|config| config.upstream_timeout_ms = 1_000);
    let slowly = stream::iter(0..8).then(|_| async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok::<_, std::io::Error>(vec![1_u8; 10])
    });

    let request = app
        .request("POST", "/api/v1/products/count")
        .body(reqwest::Body::wrap_stream(slowly));
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    let slow = app.get("/api/v1/products/slow").await;

    assert_eq!(answer["bytes"], 80);
    assert_eq!(problem(slow).await, refused(504, "service-timeout"));
}
