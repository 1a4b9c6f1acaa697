use std::time::{Duration, Instant};

use crate::app::TestApp;

#[actix_web::test]
async fn a_stop_finishes_what_is_running_and_does_not_wait_for_idle_connections() {
    let mut app = TestApp::new();
    app.get("/health/live").await;
    let running = app.request("GET", "/internal/slow").send();
    let running = actix_web::rt::spawn(running);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let asked = Instant::now();

    app.stop.cancel();
    let server = app.server.take().unwrap();
    server.stopped().await.unwrap();

    assert_eq!(running.await.unwrap().unwrap().text().await.unwrap(), "done");
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    assert!(app.request("GET", "/health/live").send().await.is_err());
}
