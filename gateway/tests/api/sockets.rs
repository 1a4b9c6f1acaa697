//! What no HTTP client would send, over bare sockets.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::app::TestApp;

const HEAD: &str = "host: souk\r\n";

async fn connect(app: &TestApp) -> TcpStream {
    TcpStream::connect(app.url.strip_prefix("http://").unwrap())
        .await
        .unwrap()
}

/// Everything until the gateway closes the connection, which it must.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
    read.expect("the connection is closed").unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn send(app: &TestApp, request: &str) -> String {
    let mut stream = connect(app).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    until_closed(&mut stream).await
}

fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0)
}

/// One answer, a problem like any other, with the headers that every answer has.
fn refusal(answer: &str) -> (u16, String) {
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    for header in [
        "content-type: application/problem+json",
        "x-content-type-options: nosniff",
        "connection: close",
    ] {
        assert!(head.to_ascii_lowercase().contains(header), "{header}\n{head}");
    }
    let body: Value = serde_json::from_str(body).unwrap();
    let slug = body["type"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(body["status"], status(answer));
    assert!(head.contains(body["instance"].as_str().unwrap()));
    (status(answer), slug)
}

/// A gateway that loses patience quickly.
fn impatient() -> TestApp {
    TestApp::with(|config| {
        config.edge.head_timeout_ms = 1000;
        config.edge.body_timeout_ms = 1500;
        config.edge.write_timeout_ms = 1500;
        config.edge.keep_alive_ms = 1000;
        config.edge.max_body_bytes = 100_000;
    })
}

#[actix_web::test]
async fn a_head_of_ten_megabytes_is_431_and_the_client_gets_to_see_it() {
    let app = TestApp::new().await;
    let mut stream = connect(&app).await;

    let head = format!("GET /api/v1/products HTTP/1.1\r\n{HEAD}x-big: ");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b'a'; 10 * 1024 * 1024]).await.unwrap();

    let answer = until_closed(&mut stream).await;
    assert_eq!(refusal(&answer), (431, "headers-too-large".to_owned()));
    assert_eq!(app.get("/api/v1/products").await.status(), 200);
}

#[actix_web::test]
async fn too_many_headers_are_431() {
    let app = TestApp::new().await;
    let many: String = (0..200).map(|n| format!("x-{n}: 1\r\n")).collect();

    let answer = send(
        &app,
        &format!("GET /api/v1/products HTTP/1.1\r\n{HEAD}{many}\r\n"),
    )
    .await;

    assert_eq!(refusal(&answer), (431, "headers-too-large".to_owned()));
}

#[actix_web::test]
async fn a_head_within_the_limit_is_read_in_whatever_pieces_it_comes() {
    let app = TestApp::new().await;
    let padding = "a".repeat(30_000);
    let request = format!("GET /api/v1/products/nothing HTTP/1.1\r\n{HEAD}x-big: {padding}\r\n\r\n");

    let mut stream = connect(&app).await;
    for _ in 0..3 {
        for piece in request.as_bytes().chunks(7000) {
            stream.write_all(piece).await.unwrap();
            sleep(Duration::from_millis(2)).await;
        }
        let mut answer = vec![0; 4096];
        let read = stream.read(&mut answer).await.unwrap();
        assert_eq!(status(&String::from_utf8_lossy(&answer[..read])), 204);
    }
}

#[actix_web::test]
async fn an_address_that_is_too_long_is_414() {
    let app = TestApp::new().await;
    let get = |length: usize| {
        let query = "q".repeat(length);
        format!("GET /api/v1/products?{query} HTTP/1.1\r\n{HEAD}connection: close\r\n\r\n")
    };

    assert_eq!(status(&send(&app, &get(7_000)).await), 200);
    let long = send(&app, &get(9_000)).await;
    assert!(
        status(&long) == 414 && long.contains("address-too-long"),
        "{long}"
    );
    assert_eq!(
        refusal(&send(&app, &get(1_000_000)).await),
        (414, "address-too-long".to_owned())
    );
}

#[actix_web::test]
async fn a_message_with_two_ends_is_refused_and_nothing_after_it_is_read() {
    let app = TestApp::new().await;
    let smuggled = "GET /api/v1/products HTTP/1.1\r\nhost: souk\r\n\r\n";

    for framing in [
        "content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
        "content-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        "content-length: 5\r\ncontent-length: 5\r\n\r\nhello",
        "content-length: 5, 5\r\n\r\nhello",
        "content-length: +5\r\n\r\nhello",
        "content-length: -1\r\n\r\n",
        "content-length: 5a\r\n\r\nhello",
        "content-length: \r\n\r\n",
        "content-length: 99999999999999999999999\r\n\r\n",
        "content-length : 5\r\n\r\nhello",
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
        "transfer-encoding: identity\r\ncontent-length: 5\r\n\r\nhello",
        "transfer-encoding : chunked\r\n\r\n0\r\n\r\n",
        "x: y\r\n transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "host: other\r\n\r\n",
    ] {
        let request = format!("POST /api/v1/products/count HTTP/1.1\r\n{HEAD}{framing}{smuggled}");
        let answer = send(&app, &request).await;

        assert_eq!(
            refusal(&answer),
            (400, "malformed-request".to_owned()),
            "{framing:?}"
        );
    }
    for request in [
        format!("POST /api/v1/products HTTP/1.0\r\n{HEAD}transfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        "GET /api/v1/products HTTP/1.1\r\n\r\n".to_owned(),
        "GET /api/v1/products HTTP/9.9\r\nhost: souk\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\r\n\r\n".to_owned(),
    ] {
        assert_eq!(refusal(&send(&app, &request).await).0, 400, "{request:?}");
    }
}

#[actix_web::test]
async fn a_chunk_that_makes_no_sense_ends_the_connection() {
    let app = TestApp::new().await;
    let smuggled = "GET /api/v1/products HTTP/1.1\r\nhost: souk\r\n\r\n";

    for body in [
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "ffffffffffffffff1\r\nx",
        "-1\r\nx",
        "5 5\r\nhello",
    ] {
        let head =
            format!("POST /api/v1/products/count HTTP/1.1\r\n{HEAD}transfer-encoding: chunked\r\n\r\n");
        let answer = send(&app, &format!("{head}{body}{smuggled}")).await;

        assert!(!answer.contains("HTTP/1.1 200"), "{body:?} {answer}");
    }
}

#[actix_web::test]
async fn requests_that_come_together_are_answered_in_order() {
    let app = TestApp::new().await;
    let get = |what: &str, more: &str| format!("GET /api/v1/products/{what} HTTP/1.1\r\n{HEAD}{more}\r\n");

    let together = format!(
        "{}{}{}",
        get("odd", ""),
        get("nothing", ""),
        get("x", "connection: close\r\n")
    );
    let answer = send(&app, &together).await;

    let statuses: Vec<u16> = answer
        .match_indices("HTTP/1.1 ")
        .map(|(at, _)| status(&answer[at..]))
        .collect();
    assert_eq!(statuses, [418, 204, 200]);
}

#[actix_web::test]
async fn a_head_that_does_not_end_is_cut_off_on_every_request_of_a_connection() {
    let app = impatient();
    let mut stream = connect(&app).await;
    let begun = Instant::now();

    // One good request first: its successor is timed too.
    let good = format!("GET /api/v1/products/nothing HTTP/1.1\r\n{HEAD}\r\n");
    stream.write_all(good.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).await.unwrap();
    assert_eq!(status(&String::from_utf8_lossy(&answer[..read])), 204);
    let (mut reader, mut writer) = stream.into_split();
    let trickle = actix_web::rt::spawn(async move {
        for byte in "GET /api/v1/products HTTP/1.1\r\nx-slow: "
            .bytes()
            .chain(std::iter::repeat_n(b'a', 200))
        {
            if writer.write_all(&[byte]).await.is_err() {
                break;
            }
            sleep(Duration::from_millis(50)).await;
        }
    });
    let mut rest = Vec::new();
    let closed = timeout(Duration::from_secs(9), reader.read_to_end(&mut rest)).await;

    assert!(closed.is_ok() && begun.elapsed() < Duration::from_secs(8));
    let rest = String::from_utf8_lossy(&rest);
    assert_eq!(refusal(&rest), (408, "request-timeout".to_owned()));
    trickle.abort();
}

#[actix_web::test]
async fn a_connection_that_says_nothing_is_closed_without_a_word() {
    let app = impatient();
    let mut silent = connect(&app).await;
    let mut idle = connect(&app).await;
    let begun = Instant::now();

    assert_eq!(until_closed(&mut silent).await, "");
    let good = format!("GET /api/v1/products/nothing HTTP/1.1\r\n{HEAD}\r\n");
    idle.write_all(good.as_bytes()).await.unwrap_or_default();
    let mut kept = connect(&app).await;
    kept.write_all(good.as_bytes()).await.unwrap();
    assert_eq!(status(&until_closed(&mut kept).await), 204);
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
}

#[actix_web::test]
async fn a_body_that_stands_still_is_408_and_one_that_goes_on_is_not() {
    let app = impatient();
    let head =
        |length| format!("POST /api/v1/products/count HTTP/1.1\r\n{HEAD}content-length: {length}\r\n\r\n");

    let mut still = connect(&app).await;
    still
        .write_all(format!("{}abc", head(1000)).as_bytes())
        .await
        .unwrap();
    let answer = until_closed(&mut still).await;
    assert!(
        status(&answer) == 408 && answer.contains("request-timeout"),
        "{answer}"
    );

    let mut moving = connect(&app).await;
    moving.write_all(head(1000).as_bytes()).await.unwrap();
    for _ in 0..10 {
        sleep(Duration::from_millis(100)).await;
        moving.write_all(&[b'a'; 100]).await.unwrap();
    }
    let mut answer = vec![0; 4096];
    let read = moving.read(&mut answer).await.unwrap();
    assert!(String::from_utf8_lossy(&answer[..read]).contains("200 OK"));

    // A byte now and then is not going on.
    let mut trickle = connect(&app).await;
    trickle.write_all(head(1000).as_bytes()).await.unwrap();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(12) {
        sleep(Duration::from_millis(100)).await;
        if trickle.write_all(b"a").await.is_err() {
            break;
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(11));
}

#[actix_web::test]
async fn a_body_above_the_limit_is_413_announced_or_not() {
    let app = impatient();
    let large = "a".repeat(150_000);

    let head = format!("POST /api/v1/products/count HTTP/1.1\r\n{HEAD}");
    let mut announced = connect(&app).await;
    announced
        .write_all(format!("{head}content-length: 150000\r\n\r\nabc").as_bytes())
        .await
        .unwrap();
    let announced = until_closed(&mut announced).await;
    let chunked = format!(
        "{head}transfer-encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n0\r\n\r\n",
        large.len()
    );
    let mut stream = connect(&app).await;
    stream.write_all(chunked.as_bytes()).await.unwrap();
    let mut answer = vec![0; 8192];
    let read = timeout(Duration::from_secs(5), stream.read(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let chunked = String::from_utf8_lossy(&answer[..read]);

    for answer in [announced.as_str(), &chunked] {
        assert!(
            status(answer) == 413 && answer.contains("body-too-large"),
            "{answer}"
        );
        assert!(answer.contains("content-security-policy"), "{answer}");
    }
}

#[actix_web::test]
async fn a_client_that_does_not_read_is_cut_off() {
    let app = impatient();
    let mut stream = connect(&app).await;
    let get = format!("GET /api/v1/products/large HTTP/1.1\r\n{HEAD}\r\n");
    stream.write_all(get.as_bytes()).await.unwrap();

    // Long enough for the gateway to lose patience, with 32 MB that do not fit into any buffer.
    sleep(Duration::from_secs(4)).await;
    let mut bytes = Vec::new();
    let read = timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes))
        .await
        .unwrap();

    assert!(read.is_err() || bytes.len() < 32_000_000, "{}", bytes.len());
}

#[actix_web::test]
async fn a_client_that_reads_slowly_gets_everything() {
    let app = impatient();
    let mut stream = connect(&app).await;
    let get = format!("GET /api/v1/products/large HTTP/1.1\r\n{HEAD}connection: close\r\n\r\n");
    stream.write_all(get.as_bytes()).await.unwrap();

    let (mut total, mut piece) = (0, vec![0; 4 * 1024 * 1024]);
    loop {
        sleep(Duration::from_millis(20)).await;
        match stream.read(&mut piece).await.unwrap() {
            0 => break,
            read => total += read,
        }
    }

    assert!(total > 32_000_000, "{total}");
}

#[actix_web::test]
async fn nested_json_is_refused_and_costs_nothing() {
    let app = TestApp::new().await;
    let login = async |body: String| {
        let request = app
            .request("POST", "/api/v1/auth/login")
            .header("content-type", "application/json");
        request.body(body).send().await.unwrap().status().as_u16()
    };
    let begun = Instant::now();

    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let depth = 40_000;
        let bomb = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        assert!(matches!(login(bomb.clone()).await, 400 | 413 | 422));
        let inside = format!("{{\"email\":\"a@b.c\",\"password\":{bomb}}}");
        assert!(matches!(login(inside).await, 400 | 413 | 422));
        let unended = open.repeat(depth);
        assert!(matches!(login(unended).await, 400 | 413));
    }
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(app.get("/health/live").await.status(), 200);
}
