//! Messages that no honest sender would send: each is parked, listed and dropped, and the queue goes on.

use souk_outbox::{ParkedState, drop_parked};
use souk_testkit::{RawMessage, RawPublisher, TextProperty, infra, raw_long, raw_nested_tables, raw_short};
use uuid::Uuid;

use crate::fixture::{Fixture, created};

const WAITING: &str = "select count(*) from parked where state = 'parked'";

fn hostile(queue: &str) -> Vec<RawMessage> {
    let id = Uuid::now_v7();
    let good = String::from_utf8(created().1).unwrap();
    let all_bad = TextProperty::ALL
        .into_iter()
        .fold(RawMessage::to(queue, "all bad"), |message, property| {
            message.with(property, b"\xff\0\x80")
        });
    let header = [&raw_short(b"x-parked-reason\xff")[..], b"S", &raw_long(b"\0\xff")].concat();
    vec![
        RawMessage::to(queue, format!(r#"{{"id":"{id}","type":"a\u0000b"}}"#)),
        RawMessage::to(queue, good.clone()).with(TextProperty::MessageId, b"\xc3\x28"),
        RawMessage::to(queue, "nul in type").with(TextProperty::Type, b"a\0b"),
        all_bad,
        RawMessage::to(queue, "bad header").with_headers(header),
        RawMessage::to(queue, "nested").with_headers(raw_nested_tables()),
        RawMessage::to(queue, ""),
        RawMessage::to(queue, "[".repeat(100_000)),
        RawMessage::to(queue, "\0\u{1b}[2J").with(TextProperty::ContentType, b"text/html"),
        RawMessage::to(queue, vec![b'x'; 3 * 1024 * 1024]),
    ]
}

async fn send(messages: Vec<RawMessage>) {
    let send = move || {
        let mut publisher = RawPublisher::connect(&infra().amqp_url)?;
        messages.iter().try_for_each(|message| publisher.publish(message))
    };
    tokio::task::spawn_blocking(send).await.unwrap().unwrap();
}

#[tokio::test]
async fn hostile_messages_are_parked_listed_and_dropped_and_the_queue_goes_on() {
    let fixture = Fixture::new().await;
    let session = fixture.bus.connect("declare").await.unwrap();
    let messages = hostile(&fixture.queue_name());
    let sent = i64::try_from(messages.len()).unwrap();

    send(messages).await;
    fixture.send([created()]).await;
    fixture.consume(|_, _| Ok(()));
    fixture.keep_parked();

    fixture.eventually("select count(*) from effects", 1).await;
    fixture.eventually(WAITING, sent).await;
    for parked in fixture.listed().await {
        assert_eq!(parked.cause.as_deref(), Some("unreadable"), "{parked:?}");
        assert!(!parked.reason.chars().any(char::is_control), "{parked:?}");
        let drop = async |tx: &mut souk_db::Conn| drop_parked(tx, parked.id, Uuid::nil()).await;
        let dropped = fixture.db.transaction(drop).await.unwrap();
        assert_eq!(dropped.state, ParkedState::Dropped);
    }
    session.close().await;
    fixture.end().await;
}

#[tokio::test]
async fn they_are_kept_when_the_broker_itself_has_parked_them() {
    let fixture = Fixture::new().await;
    let session = fixture.bus.connect("declare").await.unwrap();
    let messages = hostile(&format!("{}.parked", fixture.queue_name()));
    let sent = i64::try_from(messages.len()).unwrap();

    send(messages).await;
    fixture.keep_parked();

    fixture.eventually(WAITING, sent).await;
    let kept = fixture.listed().await;
    let by_payload = |payload: &[u8]| kept.iter().find(|parked| parked.payload == payload).unwrap();
    assert_eq!(by_payload(b"nul in type").kind.as_deref(), Some("a\\u0000b"));
    let bad = by_payload(b"all bad");
    assert_eq!(bad.event_id.as_deref(), Some("\\xff\\u0000\\x80"));
    assert!(bad.reason.contains("content_type is not UTF-8"), "{}", bad.reason);
    session.close().await;
    fixture.end().await;
}
