use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::app::{NOBODY, TestApp, problem, refused};
use crate::stand_in::StandIn;
use crate::wire::{OK, Reply, Wire};

async fn replica() -> Wire {
    Wire::start(|_, _| Reply::Slowly(vec![(Duration::from_millis(2), OK)])).await
}

fn before(replicas: &[&Wire]) -> TestApp {
    let urls: Vec<String> = replicas.iter().map(|replica| replica.url()).collect();
    TestApp::with(|config| config.search_svc_url = urls.join(","))
}

async fn status(app: &TestApp, method: &str) -> u16 {
    let request = app.request(method, "/api/v1/search?q=x");
    let request = request.header("idempotency-key", "k");
    request.send().await.unwrap().status().as_u16()
}

async fn until(what: &str, mut reached: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !reached().await {
        assert!(begun.elapsed() < Duration::from_secs(5), "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[actix_web::test]
async fn a_replica_that_dies_under_load_costs_no_idempotent_request_and_comes_back() {
    let (one, two) = (replica().await, replica().await);
    let app = before(&[&one, &two]);

    let requests = stream::iter(0..600).map(|n| {
        if n == 200 {
            one.kill();
        }
        status(&app, ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"][n % 5])
    });
    let answers: Vec<u16> = requests.buffer_unordered(16).collect().await;

    assert_eq!(answers, [200; 600]);
    assert!(one.asked() > 50 && two.asked() > 300);
    let asked = one.asked();
    one.revive().await;
    until("the replica is asked again", async || {
        status(&app, "GET").await == 200 && one.asked() > asked + 3
    })
    .await;
}

#[actix_web::test]
async fn connections_are_used_again() {
    let opened = Arc::new(AtomicUsize::new(0));
    let count = opened.clone();
    let service = Wire::start(move |_, before| {
        count.fetch_add(usize::from(before == 0), Ordering::SeqCst);
        Reply::Answer(OK)
    })
    .await;
    let app = before(&[&service]);

    let requests = stream::iter(0..400).map(|n| status(&app, ["GET", "HEAD", "POST"][n % 3]));
    let answers: Vec<u16> = requests.buffer_unordered(8).collect().await;

    assert_eq!(answers, [200; 400]);
    let opened = opened.load(Ordering::SeqCst);
    assert!(opened <= 12, "{opened} connections for 8 requests at a time");
}

#[actix_web::test]
async fn a_post_is_never_sent_twice() {
    let hangs_up = |_: &str, _| Reply::HangUp;
    let (one, two) = (Wire::start(hangs_up).await, Wire::start(hangs_up).await);
    let app = before(&[&one, &two]);

    let mut broken = 0;
    for _ in 0..20 {
        let request = app
            .request("POST", "/api/v1/search")
            .header("idempotency-key", "k");
        match problem(request.json(&json!({ "q": 1 })).send().await.unwrap()).await {
            (502, slug) if slug == "service-broke-off" => broken += 1,
            other => assert_eq!(other, refused(503, "service-unavailable")),
        }
    }

    assert_eq!(one.asked() + two.asked(), broken);
    assert!(broken >= 10);
}

#[actix_web::test]
async fn a_post_goes_to_the_next_replica_when_nobody_listens_at_the_first() {
    let alive = replica().await;
    let urls = format!("{NOBODY}, {}", alive.url());
    let app = TestApp::with(|config| config.search_svc_url = urls);

    for n in 1..=20 {
        let request = app.request("POST", "/api/v1/search").body(vec![b'x'; 100_000]);
        assert_eq!(request.send().await.unwrap().status(), 200);
        assert_eq!(alive.asked(), n);
    }
}

#[actix_web::test]
async fn a_get_that_breaks_off_is_sent_to_another_replica_and_to_no_third() {
    let hangs_up = |_: &str, _| Reply::HangUp;
    let alive = replica().await;
    let broken = Wire::start(hangs_up).await;
    let app = before(&[&broken, &alive]);
    for _ in 0..20 {
        assert_eq!(status(&app, "GET").await, 200);
    }

    let app = before(&[&broken]);
    let asked = broken.asked();
    assert_eq!(status(&app, "GET").await, 502);
    assert_eq!(broken.asked(), asked + 1);
}

#[actix_web::test]
async fn a_connection_that_was_closed_while_idle_is_no_failure() {
    // Takes each second request of a connection and closes, as a server does that has just lost patience.
    let service = Wire::start(|_, before| match before {
        0 => Reply::Answer(OK),
        _ => Reply::HangUp,
    })
    .await;
    let app = before(&[&service]);

    for method in ["GET", "HEAD", "OPTIONS", "DELETE", "PUT"].repeat(4) {
        assert_eq!(status(&app, method).await, 200, "{method}");
    }
    for _ in 0..6 {
        let put = app.request("PUT", "/api/v1/search").body("a body");
        assert_eq!(put.send().await.unwrap().status(), 200);
    }
    let asked = service.asked();
    assert_eq!(status(&app, "GET").await, 200);
    let post = status(&app, "POST").await;
    assert!(service.asked() <= asked + 3, "the POST was sent twice");
    assert!([200, 502].contains(&post));
}

/// What `/metrics` says of an address.
async fn state(app: &TestApp, service: &Wire) -> String {
    let metrics = app.get("/metrics").await.text().await.unwrap();
    let address = format!("address=\"{}\"", service.address);
    let mut lines = metrics.lines();
    let line = lines.find(|line| line.starts_with("gateway_upstream_state") && line.contains(&address));
    line.unwrap().rsplit(' ').next().unwrap().to_owned()
}

/// A service that hangs up until it is told to be well.
async fn ill(answer: Duration) -> (Wire, Arc<AtomicBool>) {
    let is_well = Arc::new(AtomicBool::new(false));
    let well = is_well.clone();
    let service = Wire::start(move |_, _| match well.load(Ordering::SeqCst) {
        true => Reply::Slowly(vec![(answer, OK)]),
        false => Reply::HangUp,
    });
    (service.await, is_well)
}

#[actix_web::test]
async fn a_service_that_fails_is_left_alone_then_tried_once_then_back() {
    let (service, is_well) = ill(Duration::from_millis(300)).await;
    let app = before(&[&service]);
    let state = async || state(&app, &service).await;
    assert_eq!(state().await, "0");

    for _ in 0..5 {
        assert_eq!(status(&app, "GET").await, 502);
    }
    let begun = Instant::now();
    let mut refusals = 0;
    while begun.elapsed() < Duration::from_millis(300) {
        let refusal = app.get("/api/v1/search?q=x").await;
        assert_eq!(refusal.headers()["retry-after"], "1");
        assert_eq!(problem(refusal).await, refused(503, "service-unavailable"));
        refusals += 1;
    }
    assert!(refusals > 0);
    assert_eq!((service.asked(), state().await.as_str()), (5, "2"));

    is_well.store(true, Ordering::SeqCst);
    until("it is on trial", async || state().await == "1").await;
    let together = (0..10).map(|_| status(&app, "GET"));
    let mut answers = futures_util::future::join_all(together).await;
    answers.sort_unstable();
    assert_eq!(answers[..2], [200, 503]);
    assert_eq!(service.asked(), 6);
    assert_eq!(state().await, "0");
    assert_eq!(status(&app, "POST").await, 200);
}

#[actix_web::test]
async fn a_service_that_is_slow_is_504_and_left_alone_after_a_while() {
    let slow = || Reply::Slowly(vec![(Duration::from_secs(30), OK)]);
    let service = Wire::start(move |_, _| slow()).await;
    let url = service.url();
    let app = TestApp::with(|config| {
        config.search_svc_url = url;
        config.upstream_timeout_ms = 100;
    });

    for _ in 0..5 {
        let response = app.get("/api/v1/search?q=x").await;
        assert_eq!(problem(response).await, refused(504, "service-timeout"));
    }

    let response = app.get("/api/v1/search?q=x").await;
    assert_eq!(problem(response).await, refused(503, "service-unavailable"));
    assert_eq!(service.asked(), 5, "a timeout is not repeated");
}

#[actix_web::test]
async fn a_client_that_stalls_does_not_bring_a_service_into_disrepute() {
    let service = Wire::start(|_, _| Reply::Answer(OK)).await;
    let url = service.url();
    let app = TestApp::with(|config| {
        config.search_svc_url = url;
        config.upstream_timeout_ms = 100;
    });

    for _ in 0..6 {
        let stalled = stream::iter([Ok::<_, std::io::Error>(vec![1_u8; 10])]).chain(stream::pending());
        let request = app
            .request("POST", "/api/v1/search")
            .header("content-length", "20");
        let request = request.body(reqwest::Body::wrap_stream(stalled));
        assert_eq!(request.send().await.unwrap().status(), 504);
    }

    assert_eq!(status(&app, "GET").await, 200);
}

#[actix_web::test]
async fn a_trial_that_tells_nothing_is_followed_by_another() {
    let (service, is_well) = ill(Duration::ZERO).await;
    let url = service.url();
    let app = TestApp::with(|config| {
        config.search_svc_url = url;
        config.upstream_timeout_ms = 200;
    });
    for _ in 0..5 {
        assert_eq!(status(&app, "GET").await, 502);
    }
    is_well.store(true, Ordering::SeqCst);
    until("it is on trial", async || state(&app, &service).await == "1").await;

    let stalled = stream::iter([Ok::<_, std::io::Error>(vec![1_u8; 10])]).chain(stream::pending());
    let request = app
        .request("POST", "/api/v1/search")
        .header("content-length", "20");
    let request = request.body(reqwest::Body::wrap_stream(stalled));
    assert_eq!(request.send().await.unwrap().status(), 504);

    assert_eq!(status(&app, "GET").await, 200);
    assert_eq!(state(&app, &service).await, "0");
}

#[actix_web::test]
async fn an_address_that_never_answers_is_given_up_and_left_alone() {
    // Nothing is accepted, and there is no room to wait: what comes now gets no answer at all.
    let full = tokio::net::TcpSocket::new_v4().unwrap();
    full.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let full: TcpListener = full.listen(1).unwrap();
    let address = full.local_addr().unwrap();
    let waiting: Vec<_> = (0..8)
        .map(|_| tokio::spawn(tokio::net::TcpStream::connect(address)))
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let alive = replica().await;
    let urls = format!("http://{address},{}", alive.url());
    let app = TestApp::with(|config| config.search_svc_url = urls);

    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(status(&app, "POST").await, 200);
    }

    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
}

#[actix_web::test]
async fn one_dead_replica_of_several_leaves_the_gateway_ready_and_the_document_whole() {
    let user = StandIn::start();
    let urls = format!("{NOBODY},{},{NOBODY}", user.server.url());
    let app = TestApp::with(|config| {
        config.user_svc_url = urls.clone();
        config.product_svc_url = urls;
    });

    app.until_ready().await;
    for _ in 0..4 {
        let ready: Value = app.get("/health/ready").await.json().await.unwrap();
        assert_eq!(ready["dependencies"]["user-svc"], "up");
        app.login().await;
    }
    let document: Value = app.get("/openapi.json").await.json().await.unwrap();
    assert_eq!(document["x-souk-services"]["product-svc"], "up");
}

#[actix_web::test]
async fn a_name_may_stand_for_several_addresses() {
    let service = Wire::start(|_, _| Reply::Answer(OK)).await;
    let url = format!("http://localhost:{}", service.address.port());
    let app = TestApp::with(|config| config.search_svc_url = url);

    for _ in 0..4 {
        assert_eq!(status(&app, "GET").await, 200);
    }
    assert!(service.heads()[0].contains(&format!("host: localhost:{}", service.address.port())));
}
