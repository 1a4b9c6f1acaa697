//! The keeper of parked messages when its database, its broker or its replays fail.

use std::time::Duration;

use diesel_async::RunQueryDsl;
use souk_bus::{Gauge, Message, Target};
use uuid::Uuid;

use crate::fixture::{Fixture, QUEUE, created, message};

const WAITING: &str = "select count(*) from parked where state = 'parked'";
const REPLAYED: &str = "select count(*) from parked where state = 'replayed'";

async fn run(fixture: &Fixture, statement: &str) {
    let mut conn = fixture.db.conn().await.unwrap();
    diesel::sql_query(statement).execute(&mut conn).await.unwrap();
}

fn parked(count: usize) -> Vec<Message> {
    let parked = |_| Message {
        target: Target::Parked(QUEUE),
        ..message(Uuid::now_v7(), Uuid::now_v7().as_bytes().to_vec())
    };
    (0..count).map(parked).collect()
}

#[tokio::test]
async fn parked_messages_are_held_and_not_delivered_again_while_the_database_fails() {
    let fixture = Fixture::new().await;
    run(&fixture, "alter table parked rename to parked_away").await;
    fixture.keep_parked();
    fixture.send_all(parked(3)).await;
    let session = fixture.bus.connect("test").await.unwrap();
    let mut gauge = Gauge::new(fixture.bus.clone(), "cart-svc");
    while gauge.read().await.unwrap()[0].parked > 0 {
        tokio::task::yield_now().await;
    }

    let mut given_back = session.consume_parked(QUEUE, 10).await.unwrap();
    let none = tokio::time::timeout(Duration::from_secs(3), given_back.next()).await;
    assert!(none.is_err());

    run(&fixture, "alter table parked_away rename to parked").await;
    fixture.eventually(WAITING, 3).await;
    session.close().await;
    fixture.end().await;
}

#[tokio::test]
async fn a_message_that_the_table_refuses_is_kept_as_its_bytes_and_stops_nobody() {
    let fixture = Fixture::new().await;
    run(
        &fixture,
        "alter table parked add constraint picky check (kind is distinct from 'user.refused')",
    )
    .await;
    let mut messages = parked(3);
    messages[1].kind = "user.refused".into();
    let refused = messages[1].body.clone();

    fixture.keep_parked();
    fixture.send_all(messages).await;

    fixture.eventually(WAITING, 3).await;
    let kept = fixture.listed().await;
    let bare = kept.iter().find(|parked| parked.payload == refused).unwrap();
    assert_eq!((&bare.kind, &bare.event_id), (&None, &None));
    assert!(bare.reason.contains("picky"), "{}", bare.reason);
    fixture.end().await;
}

#[tokio::test]
async fn replays_of_a_queue_that_nobody_reads_hold_up_no_others_and_wait_again() {
    let fixture = Fixture::new().await;
    run(
        &fixture,
        "insert into parked (id, queue, reason, payload, state)
         select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'cart-svc.gone', 'a test', n::text::bytea,
             'replaying' from generate_series(1, 150) as n",
    )
    .await;
    let (_, body) = created();
    run(
        &fixture,
        &format!(
            "insert into parked (id, queue, reason, payload, state)
             values ('{}', '{}', 'a test', convert_to('{}', 'UTF8'), 'replaying')",
            Uuid::now_v7(),
            QUEUE.name,
            String::from_utf8(body).unwrap()
        ),
    )
    .await;

    fixture.consume(|_, _| Ok(()));
    fixture.keep_parked();

    fixture.eventually(REPLAYED, 1).await;
    fixture.eventually("select count(*) from effects", 1).await;
    fixture.eventually(WAITING, 150).await;
    assert!(
        fixture.listed().await[5]
            .reason
            .starts_with("its queue is no longer read")
    );
    fixture.end().await;
}

#[tokio::test]
async fn a_replay_is_not_held_up_by_messages_that_are_being_parked() {
    let fixture = Fixture::new().await;
    fixture.send_all(parked(2000)).await;
    let (_, body) = created();
    let body = String::from_utf8(body).unwrap();
    run(
        &fixture,
        &format!(
            "insert into parked (id, queue, reason, payload, state)
             values ('{}', '{}', 'a test', convert_to('{body}', 'UTF8'), 'replaying')",
            Uuid::now_v7(),
            QUEUE.name
        ),
    )
    .await;

    fixture.keep_parked();

    fixture.eventually(REPLAYED, 1).await;
    assert!(fixture.count(WAITING).await < 2000);
    fixture.end().await;
}

#[tokio::test]
async fn more_replays_than_one_look_takes_are_all_sent() {
    let fixture = Fixture::new().await;
    run(
        &fixture,
        &format!(
            "insert into parked (id, queue, reason, payload, state)
             select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, '{}', 'a test', n::text::bytea,
                 'replaying' from generate_series(1, 250) as n",
            QUEUE.name
        ),
    )
    .await;

    fixture.keep_parked();

    fixture.eventually(REPLAYED, 250).await;
    fixture.end().await;
}
