use crate::harness::{ORDERS, TestBus, next, order};
use souk_bus::{CONTENT_TYPE, Message, Outcome, Target};

#[tokio::test]
async fn a_message_is_confirmed_and_arrives_with_its_properties() {
    let test = TestBus::new().await;
    let mut publisher = test.session.publisher().await.unwrap();
    let message = order("order.created");

    let outcome = publisher.publish(&message).await.unwrap();

    assert_eq!(outcome, Outcome::Confirmed);
    let arrived = next(&mut test.session.consume(&ORDERS, 1).await.unwrap()).await;
    assert_eq!(arrived.body, message.body);
    assert_eq!(arrived.message_id, Some(message.id));
    assert_eq!(arrived.kind.as_deref(), Some("order.created"));
    assert_eq!(arrived.routing_key, "order.created");
    assert!(arrived.exchange.ends_with(".order_events"));
    assert_eq!(arrived.headers["traceparent"], "00-aa-bb-01");
    assert_eq!((arrived.delivery_count, arrived.redelivered), (0, false));
    assert_eq!(CONTENT_TYPE, "application/cloudevents+json");
    test.end().await;
}

#[tokio::test]
async fn a_message_that_no_queue_wants_is_returned() {
    let test = TestBus::new().await;
    let mut publisher = test.session.publisher().await.unwrap();

    let outcome = publisher.publish(&order("order.unheard.of")).await.unwrap();

    assert_eq!(outcome, Outcome::Returned("NO_ROUTE".to_owned()));
    test.end().await;
}

#[tokio::test]
async fn in_a_batch_each_message_gets_its_own_outcome() {
    let test = TestBus::new().await;
    let mut publisher = test.session.publisher().await.unwrap();
    let kinds = [
        "order.created",
        "order.unheard.of",
        "order.cancelled",
        "order.created",
        "order.lost",
    ];
    let batch: Vec<Message> = kinds.iter().cycle().take(500).map(|kind| order(kind)).collect();

    for _ in 0..5 {
        let outcomes = publisher.publish_all(&batch).await.unwrap();

        assert_eq!(outcomes.len(), batch.len());
        for (message, outcome) in batch.iter().zip(outcomes) {
            let wanted = ["order.created", "order.cancelled"].contains(&message.kind.as_str());
            assert_eq!(
                outcome == Outcome::Confirmed,
                wanted,
                "{}: {outcome:?}",
                message.kind
            );
        }
    }
    test.end().await;
}

#[tokio::test]
async fn a_replay_reaches_only_the_queue_it_was_parked_from() {
    let test = TestBus::new().await;
    let mut publisher = test.session.publisher().await.unwrap();
    let to = |target| Message {
        target,
        ..order("order.unheard.of")
    };

    let outcomes = publisher
        .publish_all(&[to(Target::Queue(&ORDERS)), to(Target::Parked(&ORDERS))])
        .await
        .unwrap();

    assert_eq!(outcomes, [Outcome::Confirmed, Outcome::Confirmed]);
    let arrived = next(&mut test.session.consume(&ORDERS, 1).await.unwrap()).await;
    let parked = next(&mut test.session.consume_parked(&ORDERS, 1).await.unwrap()).await;
    assert_eq!(
        (arrived.exchange.as_str(), arrived.kind.as_deref()),
        ("", Some("order.unheard.of"))
    );
    assert!(parked.routing_key.ends_with(".parked"));
    test.end().await;
}

#[tokio::test]
async fn after_the_connection_is_closed_publishing_fails() {
    let test = TestBus::new().await;
    let mut publisher = test.session.publisher().await.unwrap();
    let mut deliveries = test.session.consume(&ORDERS, 1).await.unwrap();

    test.session.close().await;

    assert!(publisher.publish(&order("order.created")).await.is_err());
    assert!(deliveries.next().await.unwrap().is_err());
    assert!(deliveries.next().await.is_none());
    test.bus.delete_topology().await.unwrap();
}
