//! Clients that close their connection, or one side of it, before they are answered.

use std::time::Duration;

use actix_web::web;
use actix_web::web::{Bytes, Data};
use souk_http::{Running, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use utoipa::openapi::InfoBuilder;

const PATIENCE: Duration = Duration::from_secs(20);
const HEAD: &str = "host: souk\r\n";
/// More than fits into all buffers of a request that nobody reads.
const LARGE: usize = 400_000;
/// More than a handler's own buffer takes, twice of which fits into those behind it.
const HALF: usize = 40_000;

/// What became of the handler's calls.
struct Calls {
    begun: Semaphore,
    dropped: Semaphore,
    released: Semaphore,
}

/// A call until it is answered.
struct Call(Option<Data<Calls>>);

impl Call {
    async fn begin(calls: Data<Calls>) -> Self {
        calls.begun.add_permits(1);
        let call = Self(Some(calls.clone()));
        calls.released.acquire().await.unwrap().forget();
        call
    }

    fn answer(mut self, answer: String) -> String {
        self.0 = None;
        answer
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(calls) = &self.0 {
            calls.dropped.add_permits(1);
        }
    }
}

async fn wait(calls: Data<Calls>) -> String {
    Call::begin(calls).await.answer("answered".to_owned())
}

async fn count(calls: Data<Calls>, payload: web::Payload) -> String {
    let call = Call::begin(calls).await;
    match payload.to_bytes_limited(3 * LARGE).await {
        Ok(Ok(body)) => call.answer(format!("{} bytes", body.len())),
        _ => call.answer("broken off".to_owned()),
    }
}

async fn now(body: Bytes) -> String {
    format!("at once {}", body.len())
}

struct TestServer {
    running: Running,
    calls: Data<Calls>,
    stop: CancellationToken,
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl TestServer {
    /// As the services of the mesh are to each other.
    fn inside() -> Self {
        Self::with(|server| server)
    }

    /// As the gateway is to its clients.
    fn outside() -> Self {
        Self::with(Server::answer_half_closed)
    }

    fn with(setting: impl FnOnce(Server) -> Server) -> Self {
        let calls = Data::new(Calls {
            begun: Semaphore::new(0),
            dropped: Semaphore::new(0),
            released: Semaphore::new(0),
        });
        let stop = CancellationToken::new();
        let info = InfoBuilder::new().title("Test").version("1").build();
        let server = Server::new("test-svc", info)
            .workers(1)
            .data(calls.clone())
            .setup(|app| {
                app.route("/wait", web::get().to(wait))
                    .route("/count", web::post().to(count))
                    .route("/now", web::get().to(now));
            });
        let running = setting(server).start("127.0.0.1:0", |_| {}, stop.clone());
        Self {
            running: running.unwrap(),
            calls,
            stop,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.running.addr()).await.unwrap()
    }

    /// Sends a request whose handler waits, and nothing after it.
    async fn half_closed(&self, request: &str) -> TcpStream {
        let mut stream = self.begun(request).await;
        stream.shutdown().await.unwrap();
        self.turn().await;
        stream
    }

    /// Sends a request, and waits until its handler has begun.
    async fn begun(&self, request: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        happens(&self.calls.begun).await;
        stream
    }

    /// The server's only worker has seen everything that was sent before.
    async fn turn(&self) {
        let mut other = self.connect().await;
        let request = format!("GET /now HTTP/1.1\r\n{HEAD}connection: close\r\n\r\n");
        other.write_all(request.as_bytes()).await.unwrap();
        assert!(until_closed(other).await.contains("at once 0"));
    }

    fn release(&self) {
        self.calls.released.add_permits(1);
    }

    async fn is_dropped(&self) {
        happens(&self.calls.dropped).await;
    }

    fn nothing_is_dropped(&self) {
        assert_eq!(self.calls.dropped.available_permits(), 0);
    }
}

async fn happens(event: &Semaphore) {
    let permit = timeout(PATIENCE, event.acquire()).await.expect("it happens");
    permit.unwrap().forget();
}

/// Everything until the server closes the connection, which it must.
async fn until_closed(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    // What was reset has ended too.
    let _ = read.expect("the connection is closed");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn get(version: &str, more: &str) -> String {
    format!("GET /wait HTTP/{version}\r\n{HEAD}{more}\r\n")
}

fn last() -> [String; 3] {
    [
        get("1.0", ""),
        get("1.1", "connection: close\r\n"),
        get("1.1", "Connection: Close\r\n"),
    ]
}

fn kept() -> [String; 2] {
    [get("1.1", ""), get("1.0", "connection: keep-alive\r\n")]
}

#[actix_web::test]
async fn inside_the_mesh_whoever_closes_has_left() {
    for request in last().into_iter().chain(kept()) {
        let server = TestServer::inside();

        let stream = server.half_closed(&request).await;

        server.is_dropped().await;
        assert_eq!(until_closed(stream).await, "", "{request}");
    }
}

#[actix_web::test]
async fn outside_a_client_may_close_its_side_behind_its_last_request() {
    for request in last() {
        let server = TestServer::outside();

        let stream = server.half_closed(&request).await;
        server.nothing_is_dropped();
        server.release();

        assert!(until_closed(stream).await.ends_with("answered"), "{request}");
    }
}

#[actix_web::test]
async fn outside_a_client_that_closes_a_kept_connection_has_left() {
    for request in kept() {
        let server = TestServer::outside();

        let stream = server.half_closed(&request).await;

        server.is_dropped().await;
        assert_eq!(until_closed(stream).await, "", "{request}");
    }
}

#[actix_web::test]
async fn the_end_may_come_together_with_the_request() {
    let server = TestServer::outside();
    let whole = async |request: String| {
        let mut stream = server.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        happens(&server.calls.begun).await;
        stream
    };

    let stream = whole(get("1.0", "")).await;
    server.turn().await;
    server.nothing_is_dropped();
    server.release();
    assert!(until_closed(stream).await.ends_with("answered"));

    let stream = whole(get("1.1", "")).await;
    server.is_dropped().await;
    assert_eq!(until_closed(stream).await, "");
}

#[actix_web::test]
async fn a_reset_is_a_client_that_left_on_every_connection() {
    for request in last().into_iter().chain(kept()) {
        for server in [TestServer::inside(), TestServer::outside()] {
            let stream = server.begun(&request).await;

            reset(stream);

            server.is_dropped().await;
        }
    }
}

#[actix_web::test]
async fn a_client_that_is_reset_while_it_waits_for_its_last_answer_has_left() {
    for request in last() {
        let server = TestServer::outside();

        let stream = server.half_closed(&request).await;
        server.nothing_is_dropped();
        reset(stream);

        server.is_dropped().await;
    }
}

#[actix_web::test]
async fn a_whole_body_is_read_to_its_end_though_nothing_follows() {
    let server = TestServer::outside();
    for length in [10, HALF, LARGE] {
        let head = format!(
            "POST /count HTTP/1.0\r\n{HEAD}content-length: {}\r\n\r\n",
            2 * length
        );
        let mut stream = server.begun(&head).await;
        let half = "x".repeat(length);
        let (_, mut writer) = stream.split();
        // Nobody reads yet: what does not fit into the handler's buffer waits in others, and in the socket.
        let sent = async {
            writer.write_all(half.as_bytes()).await.unwrap();
            server.turn().await;
            writer.write_all(half.as_bytes()).await.unwrap();
            writer.shutdown().await.unwrap();
        };
        let turn = async {
            server.turn().await;
            server.turn().await;
            server.release();
        };
        tokio::join!(sent, turn);

        let answer = until_closed(stream).await;
        assert!(answer.ends_with(&format!("{} bytes", 2 * length)), "{answer}");
    }
}

#[actix_web::test]
async fn a_body_that_ends_too_early_ends_its_request() {
    for (version, more) in [("1.0", ""), ("1.1", "connection: close\r\n"), ("1.1", "")] {
        let server = TestServer::outside();
        server.release();
        let head = format!("POST /count HTTP/{version}\r\n{HEAD}{more}content-length: 1000\r\n\r\nabc");

        let stream = server.half_closed(&head).await;

        let answer = until_closed(stream).await;
        assert!(answer.is_empty() || answer.ends_with("broken off"), "{answer}");
    }
}

#[actix_web::test]
async fn of_requests_that_came_together_the_last_one_decides_when_its_turn_has_come() {
    let server = TestServer::outside();
    let quick = format!("GET /now HTTP/1.1\r\n{HEAD}\r\n");
    let end = get("1.1", "connection: close\r\n");

    let stream = server.half_closed(&format!("{quick}{quick}{end}")).await;
    server.nothing_is_dropped();
    server.release();

    let answers = until_closed(stream).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 3, "{answers}");
    assert!(answers.ends_with("answered"), "{answers}");
}

#[actix_web::test]
async fn a_kept_request_in_front_of_the_last_one_ends_with_its_client() {
    let server = TestServer::outside();
    let end = get("1.1", "connection: close\r\n");

    let stream = server.half_closed(&format!("{}{end}", get("1.1", ""))).await;

    server.is_dropped().await;
    assert_eq!(until_closed(stream).await, "");
}

#[actix_web::test]
async fn a_head_that_is_not_whole_is_not_answered() {
    for server in [TestServer::inside(), TestServer::outside()] {
        let mut stream = server.connect().await;
        stream.write_all(b"GET /wait HTTP/1.0\r\nhost:").await.unwrap();
        stream.shutdown().await.unwrap();

        assert_eq!(until_closed(stream).await, "");
    }
}

/// Closes the connection as a program does that was killed with something unread, or a network that lost its state.
fn reset(stream: TcpStream) {
    stream.set_zero_linger().unwrap();
    drop(stream);
}
