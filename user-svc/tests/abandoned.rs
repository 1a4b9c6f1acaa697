//! A login storm: what is asked for by clients that have left is not computed. A program of its own, since it keeps all
//! hashing threads busy and counts what they do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    reason = "tests"
)]

#[path = "api/app.rs"]
mod app;
#[path = "api/neighbours.rs"]
mod neighbours;

use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use souk_testkit::Response;
use tokio::time::timeout;

use crate::app::{PASSWORD, TestApp};

const LOGINS: usize = 50;
const PATIENCE: Duration = Duration::from_secs(30);

#[actix_web::test]
async fn logins_whose_clients_have_left_are_not_hashed() {
    souk_telemetry::init_metrics("user-svc");
    let app = TestApp::new().await;
    let (slow, quick) = (app.registered().await, app.registered().await);
    let registered = hashings(&app, "done").await;
    // Some seconds each.
    let costly = format!(
        "update users set password_hash = replace(password_hash, 't=2,', 't=300,') where id = '{}'",
        slow.id
    );
    app.sql(&costly).await;
    let threads = available_parallelism().unwrap().get();
    let busy = join_all((0..threads).map(|_| app.login(&slow.email, PASSWORD)));
    let storm = async {
        until_hashing(&app, registered + threads).await;
        let abandoned = (0..LOGINS).map(|_| abandon(&app, &quick.email));
        join_all(abandoned).await;
        // First come, first served: when this one is answered, all before it had their turn.
        app.login(&quick.email, PASSWORD).await
    };

    let (busy, last): (Vec<Response>, Response) = tokio::join!(busy, storm);

    assert!(busy.iter().all(|answer| answer.status == 401));
    assert_eq!(last.status, 201);
    // Those that came as far as the queue: the others were dropped before.
    let abandoned = hashings(&app, "abandoned").await;
    assert!((1..=LOGINS).contains(&abandoned), "{abandoned}");
    assert_eq!(hashings(&app, "done").await, registered + threads + 1);
}

/// Begins a login, and leaves while it is waiting for its turn.
async fn abandon(app: &TestApp, email: &str) {
    let waited = timeout(Duration::from_millis(300), app.login(email, PASSWORD)).await;
    assert!(
        waited.is_err(),
        "answered though all threads are busy: {waited:?}"
    );
}

/// Waits until so many passwords were begun with.
async fn until_hashing(app: &TestApp, begun: usize) {
    let since = Instant::now();
    while hashings(app, "done").await < begun {
        assert!(since.elapsed() < PATIENCE, "{begun} are not begun with");
        tokio::task::yield_now().await;
    }
}

/// How many password hashings had this outcome.
async fn hashings(app: &TestApp, outcome: &str) -> usize {
    let metrics = app.gateway().get("/metrics").await;
    let metrics = String::from_utf8(metrics.bytes).unwrap();
    let label = format!("outcome=\"{outcome}\"");
    let line = metrics
        .lines()
        .find(|line| line.starts_with("password_hashings_total{") && line.contains(&label));
    line.and_then(|line| line.rsplit(' ').next())
        .map_or(0, |count| count.parse().unwrap())
}
