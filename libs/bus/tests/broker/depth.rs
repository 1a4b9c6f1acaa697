use souk_bus::{Bus, Depth, Gauge};
use uuid::Uuid;

use crate::harness::{ORDERS, QUEUES, TestBus, next, order, url};

fn depth(ready: u32, consumers: u32, parked: u32) -> Vec<Depth> {
    let queue = ORDERS.name;
    vec![Depth {
        queue,
        ready,
        consumers,
        parked,
    }]
}

#[tokio::test]
async fn a_gauge_tells_what_waits_who_listens_and_what_was_parked() {
    let test = TestBus::new().await;
    let mut gauge = Gauge::new(test.bus.clone(), "test-svc");
    assert_eq!(gauge.read().await.unwrap(), depth(0, 0, 0));
    let mut publisher = test.session.publisher().await.unwrap();
    let message = order("order.created");
    let mut parked = order("order.created");
    parked.target = souk_bus::Target::Parked(&ORDERS);

    publisher.publish_all(&[message, parked]).await.unwrap();

    assert_eq!(gauge.read().await.unwrap(), depth(1, 0, 1));
    let mut deliveries = test.session.consume(&ORDERS, 1).await.unwrap();
    next(&mut deliveries).await;
    assert_eq!(gauge.read().await.unwrap(), depth(0, 1, 1));
    let mut other = Gauge::new(test.bus.clone(), "other-svc");
    assert_eq!(other.read().await.unwrap(), Vec::new());
    test.end().await;
}

#[tokio::test]
async fn a_gauge_asks_again_after_a_failure() {
    let bus = Bus::new(url(), format!("bus-{}", Uuid::now_v7().simple())).with_queues(QUEUES);
    let mut gauge = Gauge::new(bus.clone(), "test-svc");
    assert!(gauge.read().await.is_err(), "nobody has declared the queue");

    bus.connect("later").await.unwrap();

    assert_eq!(gauge.read().await.unwrap(), depth(0, 0, 0));
    bus.delete_topology().await.unwrap();
    assert!(
        Gauge::new(Bus::new("amqp://127.0.0.1:1", ""), "test-svc")
            .read()
            .await
            .is_err()
    );
}
