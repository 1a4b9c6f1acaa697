//! Messages that no honest sender would send.

use crate::harness::{ORDERS, TestBus, next, order, url};
use souk_bus::{MAX_BODY, Outcome, Target};
use souk_testkit::{RawMessage, RawPublisher, TextProperty, raw_long, raw_nested_tables, raw_short};

/// Sends a raw message to [`ORDERS`] and a good one behind it, and answers what the first one was read as.
async fn read(message: impl FnOnce(&str) -> RawMessage) -> souk_bus::Delivery {
    let test = TestBus::new().await;
    send(message(&test.name_of(&ORDERS))).await;
    let mut publisher = test.session.publisher().await.unwrap();
    let good = order("order.created");
    assert_eq!(publisher.publish(&good).await.unwrap(), Outcome::Confirmed);

    let mut deliveries = test.session.consume(&ORDERS, 10).await.unwrap();
    let first = next(&mut deliveries).await;
    let second = next(&mut deliveries).await;

    assert_eq!(second.message_id, Some(good.id));
    assert_eq!(second.malformed, None);
    first.ack().await.unwrap();
    test.end().await;
    first
}

async fn send(message: RawMessage) {
    let send = move || RawPublisher::connect(&url())?.publish(&message);
    tokio::task::spawn_blocking(send).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_message_id_that_is_not_utf8_can_be_read() {
    let delivery =
        read(|queue| RawMessage::to(queue, "{}").with(TextProperty::MessageId, b"a\xff\xfe")).await;

    assert_eq!(delivery.message_id.as_deref(), Some("a\\xff\\xfe"));
    assert_eq!(
        delivery.malformed.as_deref(),
        Some("the property message_id is not UTF-8")
    );
    assert_eq!(delivery.body, b"{}");
}

#[tokio::test]
async fn bad_text_in_every_property_can_be_read() {
    let delivery = read(|queue| {
        let message = RawMessage::to(queue, "");
        TextProperty::ALL
            .into_iter()
            .fold(message, |message, property| message.with(property, b"\xc3\x28\0"))
    })
    .await;

    assert!(delivery.malformed.is_some());
    assert_eq!(delivery.kind.as_deref(), Some("\\xc3(\\u0000"));
    assert_eq!(delivery.body, b"");
}

#[tokio::test]
async fn a_nul_in_a_property_is_escaped() {
    let delivery = read(|queue| RawMessage::to(queue, "{}").with(TextProperty::Type, b"a\0b")).await;

    assert_eq!(delivery.kind.as_deref(), Some("a\\u0000b"));
    assert_eq!(delivery.malformed, None);
}

#[tokio::test]
async fn names_and_values_of_headers_may_be_any_bytes() {
    let table = [
        [&raw_short(b"value")[..], b"S", &raw_long(b"\xff\0")].concat(),
        [&raw_short(b"na\xffme")[..], b"S", &raw_long(b"x")].concat(),
    ];

    let delivery = read(|queue| RawMessage::to(queue, "{}").with_headers(table.concat())).await;

    assert_eq!(
        delivery.malformed.as_deref(),
        Some("the name of a header is not UTF-8")
    );
    assert_eq!(delivery.headers["value"], "\u{fffd}\\u0000");
    assert_eq!(delivery.headers["na\\xffme"], "x");
}

#[tokio::test]
async fn tables_nested_without_limit_do_not_end_the_process() {
    let delivery = read(|queue| RawMessage::to(queue, "{}").with_headers(raw_nested_tables())).await;

    assert_eq!(
        delivery.malformed.as_deref(),
        Some("the headers are nested too deeply")
    );
}

#[tokio::test]
async fn headers_of_wrong_types_are_read_as_they_are() {
    let table = [
        [&raw_short(b"x-delivery-count")[..], b"S", &raw_long(b"many")].concat(),
        [&raw_short(b"traceparent")[..], b"t", &[1]].concat(),
        [&raw_short(b"x-parked-reason")[..], b"V"].concat(),
    ];

    let delivery = read(|queue| RawMessage::to(queue, "{}").with_headers(table.concat())).await;

    assert_eq!(
        (delivery.malformed.as_deref(), delivery.delivery_count),
        (None, 0)
    );
    assert_eq!(delivery.headers["traceparent"], "true");
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes_is_cut() {
    let body = vec![b'x'; 100 * 1024 * 1024];

    let delivery = read(|queue| RawMessage::to(queue, body)).await;

    assert!(delivery.body.len() < MAX_BODY, "{}", delivery.body.len());
    assert!(
        delivery
            .malformed
            .unwrap()
            .starts_with("the body has 104857600 bytes")
    );
}

#[tokio::test]
async fn a_text_too_long_for_a_property_is_cut_when_it_is_sent() {
    let test = TestBus::new().await;
    let mut message = order("order.created");
    message.target = Target::Queue(&ORDERS);
    message.kind = "ü".repeat(200);
    message.headers.insert("n".repeat(300), "v".to_owned());

    let outcome = test.session.publisher().await.unwrap().publish(&message).await;

    assert_eq!(outcome.unwrap(), Outcome::Confirmed);
    let delivery = next(&mut test.session.consume(&ORDERS, 1).await.unwrap()).await;
    assert_eq!(delivery.kind, Some("ü".repeat(127)));
    test.end().await;
}

/// lapin's own reading of such a message: the reason why there is a filter.
#[tokio::test]
async fn lapin_alone_cannot_read_them() {
    let test = TestBus::new().await;
    let queue = test.name_of(&ORDERS);
    send(RawMessage::to(&queue, "{}").with(TextProperty::MessageId, b"\xff")).await;
    let connection = lapin::Connection::connect(&url(), Default::default())
        .await
        .unwrap();
    let channel = connection.create_channel().await.unwrap();
    let (tag, options) = ("".into(), Default::default());
    let mut consumer = channel
        .basic_consume(queue.as_str().into(), tag, options, Default::default())
        .await
        .unwrap();

    let first = futures_util::StreamExt::next(&mut consumer).await.unwrap();

    assert!(first.is_err(), "{first:?}");
    test.end().await;
}
