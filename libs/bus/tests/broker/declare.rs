use crate::harness::{TestBus, order, url};
use souk_bus::{Bus, Message, Outcome, Session, Target};
use souk_contracts::{Exchange, Queue, topology};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

#[tokio::test]
async fn declaring_twice_changes_nothing() {
    let test = TestBus::new().await;

    let again = test.bus.connect("again").await.unwrap();

    assert!(again.is_open());
    again.close().await;
    test.end().await;
}

#[tokio::test]
async fn the_whole_topology_can_be_declared() {
    let bus = Bus::new(crate::harness::url(), format!("bus-{}", Uuid::now_v7().simple()));

    let session = bus.connect("all").await.unwrap();

    for queue in topology::QUEUES {
        session.consume(queue, 1).await.unwrap();
        session.consume_parked(queue, 1).await.unwrap();
    }
    bus.delete_topology().await.unwrap();
}

/// What the queue of all events listened to once.
static BEFORE: Queue = Queue {
    name: "analytics-svc.events",
    bindings: &[(Exchange::Product, "#")],
};
static BEFORES: &[&Queue] = &[&BEFORE];
static NOW: &[&Queue] = &[&topology::ANALYTICS_EVENTS];

async fn arrives(session: &Session, kind: &str) -> bool {
    let message = Message {
        target: Target::Exchange(Exchange::Product),
        ..order(kind)
    };
    let mut publisher = session.publisher().await.unwrap();
    publisher.publish(&message).await.unwrap() == Outcome::Confirmed
}

#[tokio::test]
async fn what_a_queue_does_not_listen_to_any_more_is_undone() {
    let bus = Bus::new(url(), format!("bus-{}", Uuid::now_v7().simple()));
    let before = bus.clone().with_queues(BEFORES).connect("before").await.unwrap();
    assert!(arrives(&before, "stock.changed").await);

    let now = bus.clone().with_queues(NOW).connect("now").await.unwrap();

    assert!(!arrives(&now, "stock.changed").await);
    assert!(arrives(&now, "product.created").await);
    bus.with_queues(NOW).delete_topology().await.unwrap();
}

#[tokio::test]
async fn a_broker_that_is_away_is_waited_for_until_told_to_stop() {
    let bus = Bus::new("amqp://127.0.0.1:1", "");
    let shutdown = CancellationToken::new();
    let waiting = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { bus.session("nowhere", &shutdown).await.is_none() }
    });

    shutdown.cancel();

    assert!(waiting.await.unwrap());
    assert!(
        Bus::new("amqp://127.0.0.1:1", "")
            .connect("nowhere")
            .await
            .is_err()
    );
}

#[test]
fn the_password_is_not_shown() {
    let bus = Bus::new("amqp://souk:secret@localhost", "blue");

    assert_eq!(format!("{bus:?}"), r#"Bus { namespace: "blue", .. }"#);
}
