use crate::harness::{ORDERS, TestBus, next, order};
use souk_bus::{BusError, Message, Session};

async fn publish(session: &Session, count: usize) -> Vec<Message> {
    let messages: Vec<_> = std::iter::repeat_with(|| order("order.created"))
        .take(count)
        .collect();
    session
        .publisher()
        .await
        .unwrap()
        .publish_all(&messages)
        .await
        .unwrap();
    messages
}

#[tokio::test]
async fn messages_come_in_order_and_are_acknowledged_together() {
    let test = TestBus::new().await;
    let sent = publish(&test.session, 50).await;
    let mut deliveries = test.session.consume(&ORDERS, 100).await.unwrap();

    let mut got = Vec::new();
    for _ in &sent {
        got.push(next(&mut deliveries).await);
    }
    got[48].ack_up_to().await.unwrap();
    deliveries.cancel().await.unwrap();

    let ids = |delivery: &souk_bus::Delivery| delivery.message_id.clone().unwrap();
    assert_eq!(
        got.iter().map(ids).collect::<Vec<_>>(),
        sent.iter().map(|m| m.id.clone()).collect::<Vec<_>>()
    );
    assert!(deliveries.next().await.is_none());
    drop(deliveries);
    let left = next(&mut test.session.consume(&ORDERS, 100).await.unwrap()).await;
    assert_eq!(left.message_id.unwrap(), sent[49].id);
    assert!(left.redelivered);
    test.end().await;
}

#[tokio::test]
async fn no_more_than_the_prefetch_are_in_hand() {
    let test = TestBus::new().await;
    publish(&test.session, 3).await;
    let mut deliveries = test.session.consume(&ORDERS, 2).await.unwrap();
    let first = next(&mut deliveries).await;
    next(&mut deliveries).await;

    let third = tokio::time::timeout(std::time::Duration::from_millis(200), deliveries.next()).await;

    assert!(third.is_err());
    first.ack().await.unwrap();
    next(&mut deliveries).await;
    test.end().await;
}

#[tokio::test]
async fn a_message_that_comes_back_too_often_is_parked() {
    let test = TestBus::new().await;
    let sent = publish(&test.session, 1).await;
    let mut deliveries = test.session.consume(&ORDERS, 1).await.unwrap();

    for count in 0..=20 {
        let delivery = next(&mut deliveries).await;
        assert_eq!(delivery.delivery_count, count);
        delivery.reject(true).await.unwrap();
    }

    let parked = next(&mut test.session.consume_parked(&ORDERS, 1).await.unwrap()).await;
    assert_eq!(parked.message_id.as_ref(), Some(&sent[0].id));
    assert_eq!(parked.body, sent[0].body);
    assert_eq!(parked.headers["x-first-death-reason"], "delivery_limit");
    test.end().await;
}

#[tokio::test]
async fn a_message_refused_for_good_is_parked_at_once() {
    let test = TestBus::new().await;
    publish(&test.session, 1).await;
    let mut deliveries = test.session.consume(&ORDERS, 1).await.unwrap();

    next(&mut deliveries).await.reject(false).await.unwrap();

    let parked = next(&mut test.session.consume_parked(&ORDERS, 1).await.unwrap()).await;
    assert_eq!(parked.headers["x-first-death-reason"], "rejected");
    test.end().await;
}

#[tokio::test]
async fn only_one_of_two_consumers_is_active_and_the_other_takes_over() {
    let test = TestBus::new().await;
    let mut active = test.session.consume(&ORDERS, 10).await.unwrap();
    let mut waiting = test.session.consume(&ORDERS, 10).await.unwrap();
    let sent = publish(&test.session, 2).await;

    let first = next(&mut active).await;
    next(&mut active).await;
    first.ack().await.unwrap();
    drop((active, first));

    let second = next(&mut waiting).await;
    assert_eq!(second.message_id.unwrap(), sent[1].id);
    test.end().await;
}

#[tokio::test]
async fn a_delivery_can_be_answered_once() {
    let test = TestBus::new().await;
    publish(&test.session, 1).await;
    let mut deliveries = test.session.consume(&ORDERS, 1).await.unwrap();
    let delivery = next(&mut deliveries).await;

    delivery.ack().await.unwrap();

    assert!(matches!(delivery.ack().await, Err(BusError::Unanswerable)));
    assert!(matches!(delivery.reject(true).await, Err(BusError::Unanswerable)));
    test.end().await;
}

#[tokio::test]
async fn a_connection_that_ends_counts_as_a_delivery_of_all_that_was_in_hand() {
    let test = TestBus::new().await;
    publish(&test.session, 3).await;

    for count in 0..3 {
        let session = test.bus.connect("reader").await.unwrap();
        let mut deliveries = session.consume(&ORDERS, 2).await.unwrap();
        for _ in 0..2 {
            assert_eq!(next(&mut deliveries).await.delivery_count, count);
        }
        session.close().await;
    }

    let mut deliveries = test.session.consume(&ORDERS, 3).await.unwrap();
    for count in [3, 3, 0] {
        assert_eq!(next(&mut deliveries).await.delivery_count, count);
    }
    test.end().await;
}
