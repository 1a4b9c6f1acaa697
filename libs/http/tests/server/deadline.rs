//! Requests whose time is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::http::Method;
use actix_web::web::{self, Bytes, Data};
use actix_web::{HttpMessage, HttpResponse};
use futures_util::stream;
use souk_http::{CallerTimeout, Gate, Running, Server};
use souk_telemetry::Deadline;
use tokio_util::sync::CancellationToken;
use utoipa::openapi::InfoBuilder;

use crate::app::problem;

const TIMEOUT: &str = "x-timeout-ms";

/// How many handlers were dropped.
#[derive(Clone, Default)]
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

async fn never(dropped: Data<Arc<AtomicUsize>>) -> HttpResponse {
    let _here = Dropped((**dropped).clone());
    std::future::pending().await
}

async fn remaining() -> String {
    let remaining = Deadline::current().map(|deadline| deadline.remaining().as_millis());
    remaining.map_or_else(|| "none".to_owned(), |remaining| remaining.to_string())
}

async fn length(body: Bytes) -> String {
    body.len().to_string()
}

struct TestServer {
    running: Running,
    dropped: Arc<AtomicUsize>,
    stop: CancellationToken,
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl TestServer {
    fn new(own: Option<Duration>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dropped = Arc::<AtomicUsize>::default();
        let stop = CancellationToken::new();
        let info = InfoBuilder::new().title("Test").version("1").build();
        let mut server = Server::new("test-svc", info)
            .workers(1)
            .gate(Gate::new(|request| {
                let timeout = request.headers().get(TIMEOUT);
                if let Some(ms) = timeout.and_then(|ms| ms.to_str().ok()?.parse().ok()) {
                    let timeout = CallerTimeout(Duration::from_millis(ms));
                    request.extensions_mut().insert(timeout);
                }
                Ok(())
            }))
            .data(Data::new(dropped.clone()))
            .setup(|app| {
                app.route("/never", web::get().to(never))
                    .route("/remaining", web::get().to(remaining))
                    .route("/length", web::post().to(length));
            });
        if let Some(own) = own {
            server = server.request_timeout(own);
        }
        let running = server.start("127.0.0.1:0", |_| {}, stop.clone()).unwrap();
        Self {
            running,
            dropped,
            stop,
        }
    }

    fn request(&self, method: Method, path: &str, caller_ms: Option<u64>) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_str().as_bytes()).unwrap();
        let url = format!("{}{path}", self.running.url());
        let request = reqwest::Client::new().request(method, url);
        match caller_ms {
            Some(ms) => request.header(TIMEOUT, ms),
            None => request,
        }
    }

    async fn get(&self, path: &str, caller_ms: Option<u64>) -> reqwest::Response {
        self.request(Method::GET, path, caller_ms).send().await.unwrap()
    }
}

#[actix_web::test]
async fn a_request_is_dropped_when_its_caller_or_its_server_has_waited_long_enough() {
    let (hour, moment) = (3_600_000, 50);
    for (caller, own) in [
        (Some(moment), None),
        (Some(moment), Some(hour)),
        (Some(hour), Some(moment)),
        (None, Some(moment)),
        (Some(0), None),
    ] {
        let server = TestServer::new(own.map(Duration::from_millis));

        let answer = server.get("/never", caller).await;

        assert_eq!(answer.headers()["retry-after"], "1");
        let (status, slug, _) = problem(answer).await;
        assert_eq!((status, slug.as_str()), (503, "request-timed-out"));
        // One whose time is over before it begins does not begin.
        let dropped = usize::from(caller != Some(0));
        assert_eq!(
            server.dropped.load(Ordering::SeqCst),
            dropped,
            "{caller:?} {own:?}"
        );
    }
}

#[actix_web::test]
async fn a_handler_knows_the_smaller_of_both_times() {
    let hour = 3_600_000;
    for (caller, own, at_most) in [
        (Some(60_000), Some(hour), 60_000),
        (Some(hour), Some(60_000), 60_000),
        (Some(60_000), None, 60_000),
        (None, Some(60_000), 60_000),
    ] {
        let server = TestServer::new(own.map(Duration::from_millis));

        let told: u128 = server
            .get("/remaining", caller)
            .await
            .text()
            .await
            .unwrap()
            .parse()
            .unwrap();

        assert!(told <= at_most && told > 0, "{told}");
    }
    let endless = TestServer::new(None);
    assert_eq!(
        endless.get("/remaining", None).await.text().await.unwrap(),
        "none"
    );
}

#[actix_web::test]
async fn the_time_of_a_request_begins_when_its_body_has_come() {
    let server = TestServer::new(None);
    // Three times as long as the request may take, but never still for so long.
    let pieces = stream::unfold(0, |sent| async move {
        if sent == 9 {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        Some((Ok::<_, std::io::Error>("abc"), sent + 1))
    });

    let body = reqwest::Body::wrap_stream(pieces);
    let sent = server.request(Method::POST, "/length", Some(1500)).body(body);
    let answer = sent.send().await.unwrap();

    assert_eq!(
        (answer.status().as_u16(), answer.text().await.unwrap().as_str()),
        (200, "27")
    );
}
