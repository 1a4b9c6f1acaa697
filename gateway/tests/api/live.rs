use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, accept_hdr_async, connect_async};

use crate::app::TestApp;
use crate::wire::{OK, Reply, Wire};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const PATH: &str = "/api/v1/search/live?x=1";

/// A service that echoes over WebSocket, and tells the head of each handshake and the end of each connection.
async fn echo() -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (tell, told) = mpsc::unbounded_channel();
    actix_web::rt::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let tell = tell.clone();
            actix_web::rt::spawn(async move {
                let told = tell.clone();
                #[expect(clippy::result_large_err, reason = "the library asks for it")]
                let look = move |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
                    let _ = told.send(format!("{} {:?}", request.uri(), request.headers()));
                    Ok(response)
                };
                let Ok(mut socket) = accept_hdr_async(stream, look).await else {
                    return;
                };
                while let Some(Ok(message)) = socket.next().await {
                    if message.is_text() || message.is_binary() {
                        let bye = message.to_text().is_ok_and(|text| text == "bye");
                        socket.send(message).await.unwrap();
                        if bye {
                            socket.close(None).await.unwrap();
                        }
                    }
                }
                let _ = tell.send("closed".to_owned());
            });
        }
    });
    (url, told)
}

async fn connect(app: &TestApp) -> Socket {
    let url = format!("{}{PATH}", app.url.replace("http", "ws"));
    connect_async(url).await.unwrap().0
}

async fn exchange(socket: &mut Socket, text: &str) {
    socket.send(Message::text(text)).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text(text));
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(3), what)
        .await
        .expect("soon")
}

#[actix_web::test]
async fn a_websocket_passes_both_ways_and_is_signed() {
    let (url, mut told) = echo().await;
    let app = TestApp::with(|config| config.search_svc_url = url);
    let mut request = format!("{}{PATH}", app.url.replace("http", "ws"))
        .into_client_request()
        .unwrap();
    request
        .headers_mut()
        .insert("x-user-id", "forged".parse().unwrap());

    let (mut socket, response) = connect_async(request).await.unwrap();

    assert_eq!(response.status(), 101);
    assert!(response.headers().contains_key("x-request-id"));
    let head = told.recv().await.unwrap();
    assert!(head.starts_with(PATH) && head.contains("x-mesh-signature") && !head.contains("forged"));
    for n in 0..50 {
        exchange(&mut socket, &format!("message {n}")).await;
    }
    let large = Message::binary(vec![7_u8; 3_000_000]);
    socket.send(large.clone()).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap() == large);
    socket.close(None).await.unwrap();
    assert!(matches!(
        soon(socket.next()).await,
        None | Some(Ok(Message::Close(_)))
    ));
    assert_eq!(soon(told.recv()).await.unwrap(), "closed");
}

#[actix_web::test]
async fn a_websocket_that_the_service_closes_ends_for_the_client() {
    let (url, _told) = echo().await;
    let app = TestApp::with(|config| config.search_svc_url = url);
    let mut socket = connect(&app).await;

    exchange(&mut socket, "bye").await;

    assert!(matches!(soon(socket.next()).await, Some(Ok(Message::Close(_)))));
    let rest = soon(socket.next()).await;
    assert!(matches!(
        rest,
        None | Some(Err(Error::ConnectionClosed | Error::Protocol(_)))
    ));
}

#[actix_web::test]
async fn a_client_that_drops_its_websocket_is_noticed_by_the_service() {
    let (url, mut told) = echo().await;
    let app = TestApp::with(|config| config.search_svc_url = url);
    let mut socket = connect(&app).await;
    exchange(&mut socket, "hello").await;
    told.recv().await.unwrap();

    drop(socket);

    assert_eq!(soon(told.recv()).await.unwrap(), "closed");
}

#[actix_web::test]
async fn a_quiet_websocket_ends_and_a_refused_handshake_is_an_ordinary_answer() {
    let (url, _told) = echo().await;
    let plain = Wire::start(|_, _| Reply::Answer(OK)).await;
    let plain_url = plain.url();
    let app = TestApp::with(|config| {
        config.search_svc_url = url;
        config.cart_svc_url = plain_url;
        config.stream_idle_timeout_ms = 400;
    });
    let mut socket = connect(&app).await;

    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        exchange(&mut socket, "still here").await;
    }
    let begun = Instant::now();
    assert!(!matches!(soon(socket.next()).await, Some(Ok(_))));
    assert!(begun.elapsed() > Duration::from_millis(300));

    let refused = connect_async(format!("{}/api/v1/cart", app.url.replace("http", "ws"))).await;
    assert!(matches!(refused, Err(Error::Http(response)) if response.status() == 200));
    assert!(plain.heads()[0].contains("upgrade: websocket"));
}

#[actix_web::test]
async fn a_stop_lets_a_websocket_say_goodbye_and_then_ends_it() {
    let (url, mut told) = echo().await;
    let app = TestApp::with(|config| config.search_svc_url = url);
    let mut socket = connect(&app).await;
    exchange(&mut socket, "hello").await;
    told.recv().await.unwrap();

    app.stop();
    tokio::time::sleep(Duration::from_millis(500)).await;
    exchange(&mut socket, "goodbye").await;
    let begun = Instant::now();
    let end = tokio::time::timeout(Duration::from_secs(15), told.recv()).await;

    assert_eq!(end.unwrap().unwrap(), "closed");
    assert!(begun.elapsed() > Duration::from_secs(3));
}

const EVENTS: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const EVENT: &str = "f\r\ndata: an event\n\r\n";

#[actix_web::test]
async fn an_event_arrives_while_its_stream_stays_open() {
    let pause = Duration::from_millis(700);
    let service = Wire::start(move |_, _| {
        Reply::Slowly(vec![
            (Duration::ZERO, EVENTS),
            (Duration::ZERO, EVENT),
            (pause, EVENT),
            (Duration::from_secs(60), EVENT),
        ])
    })
    .await;
    let url = service.url();
    let app = TestApp::with(|config| {
        config.search_svc_url = url;
        config.upstream_timeout_ms = 200;
        config.upstream_idle_timeout_ms = 200;
    });

    let request = app
        .request("GET", "/api/v1/search/events")
        .header("accept-encoding", "gzip");
    let response = soon(request.send()).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = response.bytes_stream();
    let begun = Instant::now();
    for _ in 0..2 {
        assert_eq!(soon(events.next()).await.unwrap().unwrap(), "data: an event\n");
    }
    assert!(begun.elapsed() > Duration::from_millis(400));

    drop(events);
    let begun = Instant::now();
    while service.gone() == 0 {
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "the service still sends events"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[actix_web::test]
async fn a_stop_ends_an_event_stream_as_if_it_were_complete() {
    let service = Wire::start(|_, _| {
        let later = Duration::from_secs(60);
        Reply::Slowly(vec![
            (Duration::ZERO, EVENTS),
            (Duration::ZERO, EVENT),
            (later, EVENT),
        ])
    })
    .await;
    let url = service.url();
    let app = TestApp::with(|config| config.search_svc_url = url);
    let response = app.get("/api/v1/search/events").await;

    app.stop();
    let begun = Instant::now();
    let all = tokio::time::timeout(Duration::from_secs(15), response.bytes()).await;

    assert_eq!(all.unwrap().unwrap(), "data: an event\n");
    assert!(begun.elapsed() > Duration::from_secs(4));
}

#[actix_web::test]
async fn an_answer_that_stands_still_is_broken_off() {
    let service = Wire::start(|_, _| {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbegun";
        Reply::Slowly(vec![(Duration::ZERO, head), (Duration::from_secs(60), "never")])
    })
    .await;
    let url = service.url();
    let app = TestApp::with(|config| {
        config.search_svc_url = url;
        config.upstream_idle_timeout_ms = 200;
    });

    let response = app.get("/api/v1/search?q=x").await;

    assert_eq!(response.status(), 200);
    assert!(soon(response.bytes()).await.is_err());
}

#[actix_web::test]
async fn a_client_that_vanishes_takes_its_request_with_it() {
    let service = Wire::start(|_, _| Reply::Slowly(vec![(Duration::from_secs(60), OK)])).await;
    let url = service.url();
    let app = TestApp::with(|config| config.search_svc_url = url);

    let mut client = TcpStream::connect(app.url.trim_start_matches("http://"))
        .await
        .unwrap();
    client
        .write_all(b"GET /api/v1/search?q=x HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    while service.asked() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(client);

    let begun = Instant::now();
    while service.gone() == 0 {
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "the service still works for nobody"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[actix_web::test]
async fn head_and_options_pass_as_they_are() {
    let service = Wire::start(|head, _| {
        Reply::Answer(match head.split(' ').next().unwrap() {
            "options" => "HTTP/1.1 204 No Content\r\nallow: GET, HEAD\r\n\r\n",
            _ if head.contains("chunked") => "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            _ => "HTTP/1.1 200 OK\r\ncontent-length: 1234\r\netag: \"7\"\r\n\r\n",
        })
    })
    .await;
    let url = service.url();
    let app = TestApp::with(|config| config.search_svc_url = url);
    // By hand, so that a body or a second answer would be seen.
    let mut client = TcpStream::connect(app.url.trim_start_matches("http://"))
        .await
        .unwrap();
    let mut ask = async |line: &str| {
        let request = format!("{line} HTTP/1.1\r\nhost: x\r\n\r\n");
        client.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(soon(client.read_u8()).await.unwrap());
        }
        String::from_utf8(head).unwrap()
    };

    for _ in 0..2 {
        let head = ask("HEAD /api/v1/search").await;
        assert!(
            head.starts_with("HTTP/1.1 200") && head.contains("content-length: 1234"),
            "{head}"
        );
        assert!(head.contains("etag: \"7\""));
        let head = ask("HEAD /api/v1/search/chunked").await;
        assert!(
            head.starts_with("HTTP/1.1 200") && !head.contains("content-length"),
            "{head}"
        );
        let options = ask("OPTIONS /api/v1/search").await;
        assert!(
            options.starts_with("HTTP/1.1 204") && options.contains("allow: GET, HEAD"),
            "{options}"
        );
    }
}
