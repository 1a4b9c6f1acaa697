//! Whatever dies under a stream of orders: nothing is lost, nothing comes twice, and every book agrees in the end.

pub mod outage;
pub mod stream;

use std::time::Duration;

use e2e::torture::schedule::SERVICES;
use outage::Outage;
pub use stream::Fair;

use crate::mesh::Mesh;

/// How long the broker is away.
const OUTAGE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_go_on_without_the_broker_and_their_effects_follow() {
    let mesh = Mesh::alone().await;
    let fair = Fair::open(&mesh, 2).await;
    let stream = fair.stream(Duration::from_millis(200));
    stream.accepts_more(4).await;

    let outage = Outage::of_part(&mesh, "rabbitmq").await;
    let before = stream.tries();
    tokio::time::sleep(OUTAGE).await;
    let during = stream.tries();
    outage.ends().await;
    stream.accepts_more(4).await;

    assert!(
        during.accepted >= before.accepted + 30,
        "from {before:?} to {during:?}"
    );
    assert_eq!(during.failed, before.failed, "a request must not need the broker");
    fair.agrees_with(stream.ends().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_service_may_be_killed_under_orders() {
    let mesh = Mesh::alone().await;
    let fair = Fair::open(&mesh, 3).await;
    let stream = fair.stream(Duration::from_millis(20));

    for service in SERVICES {
        stream.accepts_more(10).await;
        let before = stream.tries();
        let outage = Outage::of_service(&mesh, service).await;
        stream.goes_on_trying().await;
        outage.ends().await;
        println!("{service} killed: from {before:?} to {:?}", stream.tries());
    }
    stream.accepts_more(20).await;

    fair.agrees_with(stream.ends().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn database_broker_and_redis_may_be_killed_under_orders() {
    let mesh = Mesh::alone().await;
    let fair = Fair::open(&mesh, 3).await;
    let stream = fair.stream(Duration::from_millis(20));

    for part in ["postgres", "rabbitmq", "redis"] {
        stream.accepts_more(10).await;
        let before = stream.tries();
        let outage = Outage::of_killed_part(&mesh, part).await;
        stream.goes_on_trying().await;
        outage.ends().await;
        println!("{part} killed: from {before:?} to {:?}", stream.tries());
    }
    stream.accepts_more(20).await;

    fair.agrees_with(stream.ends().await).await;
}
