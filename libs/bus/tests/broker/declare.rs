use crate::harness::{ORDERS, QUEUES, TestBus, next, order, url};
use lapin::options::QueueDeclareOptions;
use lapin::types::{AMQPValue, FieldTable};
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

/// The arguments that every build has declared its queues with; a broker refuses others.
fn arguments_of_earlier_builds(parked: &str) -> FieldTable {
    let text = |value: &str| AMQPValue::LongString(value.into());
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), text("quorum"));
    arguments.insert("x-single-active-consumer".into(), AMQPValue::Boolean(true));
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(20));
    arguments.insert("x-dead-letter-exchange".into(), text(""));
    arguments.insert("x-dead-letter-routing-key".into(), text(parked));
    arguments.insert("x-dead-letter-strategy".into(), text("at-least-once"));
    arguments.insert("x-overflow".into(), text("reject-publish"));
    arguments
}

#[tokio::test]
async fn a_broker_that_an_earlier_build_declared_is_taken_over_with_its_messages() {
    let namespace = format!("bus-{}", Uuid::now_v7().simple());
    let connection = lapin::Connection::connect(&url(), Default::default())
        .await
        .unwrap();
    let channel = connection.create_channel().await.unwrap();
    let (queue, parked) = (
        format!("{namespace}.{}", ORDERS.name),
        format!("{namespace}.{}.parked", ORDERS.name),
    );
    let mut quorum = FieldTable::default();
    quorum.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    let arguments = [(&parked, quorum), (&queue, arguments_of_earlier_builds(&parked))];
    for (name, arguments) in arguments {
        let durable = QueueDeclareOptions {
            durable: true,
            ..Default::default()
        };
        let declared = channel
            .queue_declare(name.as_str().into(), durable, arguments)
            .await;
        declared.unwrap();
        let (properties, options) = (Default::default(), Default::default());
        let sent = channel.basic_publish(
            "".into(),
            name.as_str().into(),
            options,
            name.as_bytes(),
            properties,
        );
        sent.await.unwrap();
    }
    connection.close(200, "done".into()).await.unwrap();

    let bus = Bus::new(url(), namespace).with_queues(QUEUES);
    let session = bus.connect("this build").await.unwrap();

    let mut waiting = session.consume(&ORDERS, 1).await.unwrap();
    assert_eq!(next(&mut waiting).await.body, queue.as_bytes());
    let mut dead = session.consume_parked(&ORDERS, 1).await.unwrap();
    assert_eq!(next(&mut dead).await.body, parked.as_bytes());
    bus.delete_topology().await.unwrap();
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
