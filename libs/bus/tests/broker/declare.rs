use crate::harness::TestBus;
use souk_bus::Bus;
use souk_contracts::topology;
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
