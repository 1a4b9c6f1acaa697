//! Clients that close their connection, and what remains of a request's time.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::app::TestApp;
use crate::wire::{OK, Reply, Wire};

const PATIENCE: Duration = Duration::from_secs(20);

async fn app(service: &Wire) -> TestApp {
    let url = service.url();
    let app = TestApp::with(|config| config.search_svc_url = url);
    app.until_ready().await;
    app
}

/// A service that answers only after a minute, except for its health.
async fn slow_service() -> Wire {
    Wire::start(|head, _| {
        if head.contains(" /health/") {
            Reply::Answer(OK)
        } else {
            Reply::Slowly(vec![(Duration::from_secs(60), OK)])
        }
    })
    .await
}

async fn sent(app: &TestApp, version: &str, more: &str) -> TcpStream {
    let mut client = TcpStream::connect(app.url.trim_start_matches("http://"))
        .await
        .unwrap();
    let request = format!("GET /api/v1/search?q=x HTTP/{version}\r\nhost: souk\r\n{more}\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    client
}

/// Sends a request and closes the sending side, as `nc -N` does.
async fn half_closed(app: &TestApp, version: &str, more: &str) -> TcpStream {
    let mut client = sent(app, version, more).await;
    client.shutdown().await.unwrap();
    client
}

async fn until_closed(mut client: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = timeout(PATIENCE, client.read_to_end(&mut answer)).await;
    read.expect("the connection is closed").unwrap();
    String::from_utf8(answer).unwrap()
}

/// Waits until the service sees so many.
async fn until(seen: impl Fn() -> usize, many: usize) {
    let begun = Instant::now();
    while seen() < many {
        assert!(begun.elapsed() < PATIENCE, "{} of {many}", seen());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[actix_web::test]
async fn a_client_that_has_sent_its_last_request_is_answered() {
    let service = Wire::start(|_, _| Reply::Slowly(vec![(Duration::from_millis(500), OK)])).await;
    let app = app(&service).await;

    for (version, more) in [("1.0", ""), ("1.1", "connection: close\r\n")] {
        let client = half_closed(&app, version, more).await;

        assert!(until_closed(client).await.contains(" 200 OK"), "{version}");
    }
    assert_eq!(service.gone(), 0);
}

#[actix_web::test]
async fn its_answer_is_waited_for_no_longer_than_any_other() {
    let service = slow_service().await;
    let url = service.url();
    let app = TestApp::with(|config| {
        config.search_svc_url = url;
        config.upstream_timeout_ms = 300;
    });

    let client = half_closed(&app, "1.0", "").await;

    assert!(until_closed(client).await.contains(" 504 "));
}

#[actix_web::test]
async fn a_client_that_leaves_takes_its_request_with_it() {
    let service = slow_service().await;
    let app = app(&service).await;

    let mut kept = sent(&app, "1.1", "").await;
    until(|| service.asked(), 1).await;
    kept.shutdown().await.unwrap();
    until(|| service.gone(), 1).await;
    assert_eq!(until_closed(kept).await, "");

    let last = half_closed(&app, "1.0", "").await;
    until(|| service.asked(), 2).await;
    assert_eq!(service.gone(), 1);
    last.set_zero_linger().unwrap();
    drop(last);
    until(|| service.gone(), 2).await;
}

#[actix_web::test]
async fn a_service_is_told_how_long_its_answer_is_waited_for() {
    let service = Wire::start(|_, _| Reply::Answer(OK)).await;
    let app = app(&service).await;

    for name in ["x-mesh-timeout-ms", "X_Mesh_Timeout_Ms"] {
        let request = app.request("GET", "/api/v1/search?q=x").header(name, "1");
        assert_eq!(request.send().await.unwrap().status(), 200);

        let head = service.heads().pop().unwrap();
        let told: Vec<u64> = head
            .lines()
            .filter_map(|line| line.strip_prefix("x-mesh-timeout-ms: ")?.parse().ok())
            .collect();
        assert!(matches!(told[..], [1000..=15_000]), "{head}");
        assert!(!head.contains("x_mesh"), "{head}");
    }
}
