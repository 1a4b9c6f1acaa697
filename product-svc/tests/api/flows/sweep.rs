//! What becomes of reservations that outlive their time.

use product_svc::{NAME, flows};
use serde_json::json;
use souk_clients::order::OrderClient;
use souk_clients::product::ReserveOutcome;
use souk_testkit::StandIn;
use uuid::Uuid;

use crate::app::TestApp;
use crate::reservations::{held, line, reserve};

const EXPIRE: &str = "update reservations set next_ask_at = now() - interval '1 second'";

fn order_svc(verdict: &'static str) -> StandIn {
    StandIn::start(move |_| (200, json!({ "verdict": verdict })))
}

async fn sweep(app: &TestApp, order_svc: &StandIn) {
    flows::sweep(app.db.db(), OrderClient::new(order_svc.client(NAME)))
        .await
        .unwrap();
}

#[actix_web::test]
async fn what_was_abandoned_goes_back() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(5).await;
    let id = held(&app, &[line(boots, 2)]).await;
    let order_svc = order_svc("abandoned");

    sweep(&app, &order_svc).await;
    assert_eq!((order_svc.calls().len(), app.available(boots).await), (0, 3));
    app.run(EXPIRE).await;
    sweep(&app, &order_svc).await;
    app.run(EXPIRE).await;
    sweep(&app, &order_svc).await;

    let asked: Vec<String> = order_svc.calls().into_iter().map(|call| call.path).collect();
    assert_eq!(asked, [format!("/internal/reservations/{id}/verdict")]);
    assert_eq!(app.available(boots).await, 5);
    assert_eq!(reserve(&app, id, &[line(boots, 2)]).await, ReserveOutcome::Ended);
}

#[actix_web::test]
async fn what_was_ordered_is_sold() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(5).await;
    held(&app, &[line(boots, 2)]).await;
    app.run(EXPIRE).await;

    sweep(&app, &order_svc("ordered")).await;

    assert_eq!(app.available(boots).await, 3);
    assert_eq!(
        app.ledger(&owner, boots).await.last(),
        Some(&(-2, "sell".to_owned()))
    );
}

#[actix_web::test]
async fn without_an_answer_nothing_is_concluded() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(5).await;
    held(&app, &[line(boots, 2)]).await;
    app.run(EXPIRE).await;
    let order_svc = order_svc("abandoned");
    order_svc.set_down(true);

    sweep(&app, &order_svc).await;
    assert_eq!(app.available(boots).await, 3);
    order_svc.set_down(false);
    sweep(&app, &order_svc).await;
    assert_eq!(
        (app.available(boots).await, order_svc.calls().len()),
        (3, 0),
        "it is asked again later"
    );
    app.run(EXPIRE).await;
    sweep(&app, &order_svc).await;
    assert_eq!(app.available(boots).await, 5);
}

#[actix_web::test]
async fn replicas_share_the_work() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(200).await;
    for _ in 0..60 {
        held(&app, &[line(boots, 1)]).await;
    }
    app.run(EXPIRE).await;
    let order_svc = order_svc("abandoned");

    tokio::join!(
        sweep(&app, &order_svc),
        sweep(&app, &order_svc),
        sweep(&app, &order_svc)
    );

    let mut asked: Vec<String> = order_svc.calls().into_iter().map(|call| call.path).collect();
    asked.sort();
    asked.dedup();
    assert_eq!((asked.len(), order_svc.calls().len()), (60, 60));
    assert_eq!(app.available(boots).await, 200);
}

#[actix_web::test]
async fn one_contradiction_does_not_stop_the_others() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(10).await;
    let odd = held(&app, &[line(boots, 1)]).await;
    held(&app, &[line(boots, 2)]).await;
    app.run(EXPIRE).await;
    let odd_path = format!("/internal/reservations/{odd}/verdict");
    let order_svc = StandIn::start(move |call| match call.path == odd_path {
        true => (200, json!({ "verdict": "perhaps" })),
        false => (200, json!({ "verdict": "abandoned", "order_id": Uuid::now_v7() })),
    });

    sweep(&app, &order_svc).await;

    assert_eq!(app.available(boots).await, 9);
}
