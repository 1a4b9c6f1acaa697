//! Rolling deploys: messages of a type that only the newer build knows.

use souk_contracts::events::{UserCreated, UserDeleted};
use souk_outbox::{
    ParkedCause, ParkedError, ParkedState, list_unknown_types, park_unknown_type, replay_all_parked,
};
use uuid::Uuid;

use crate::fixture::{Fixture, QUEUE, deleted, message};

const EFFECTS: &str = "select count(*) from effects";
const UNKNOWN: &str = "select count(*) from unknown_types";
const PARKED: &str = "select count(*) from parked";

fn users(count: usize) -> impl Iterator<Item = UserCreated> {
    std::iter::repeat_with(|| UserCreated {
        user_id: Uuid::now_v7(),
        is_active: true,
    })
    .take(count)
}

fn deletions(count: usize) -> impl Iterator<Item = UserDeleted> {
    std::iter::repeat_with(|| UserDeleted {
        user_id: Uuid::now_v7(),
    })
    .take(count)
}

#[tokio::test]
async fn a_newer_builds_type_waits_through_restarts_of_the_old_one_until_the_new_one_comes() {
    let fixture = Fixture::new().await;
    fixture.keep_parked();
    let one = fixture.start(fixture.old_build());
    let other = fixture.start(fixture.old_build());
    fixture.publish(users(5)).await;
    fixture.eventually(EFFECTS, 5).await;

    fixture.publish(deletions(3)).await;
    fixture.publish(users(5)).await;

    fixture.eventually(UNKNOWN, 1).await;
    one.stop().await;
    other.stop().await;
    for _ in 0..30 {
        // Each begins, and reads nothing.
        let replicas = [
            fixture.start(fixture.old_build()),
            fixture.start(fixture.old_build()),
        ];
        tokio::task::yield_now().await;
        for replica in replicas {
            replica.stop().await;
        }
    }
    let old = fixture.start(fixture.old_build());
    assert_eq!(fixture.effects().await, 5);
    let new = fixture.start(fixture.new_build());

    fixture.eventually(EFFECTS, 13).await;
    fixture.eventually(UNKNOWN, 0).await;
    assert_eq!(fixture.count(PARKED).await, 0);
    fixture.publish(users(1)).await;
    fixture.eventually(EFFECTS, 14).await;
    old.stop().await;
    new.stop().await;
    fixture.end().await;
}

#[tokio::test]
async fn old_and_new_replicas_side_by_side_park_nothing() {
    let fixture = Fixture::new().await;
    fixture.keep_parked();
    let old = [
        fixture.start(fixture.old_build()),
        fixture.start(fixture.old_build()),
    ];
    fixture.publish(users(1)).await;
    fixture.eventually(EFFECTS, 1).await;
    let new = fixture.start(fixture.new_build());

    for _ in 0..10 {
        fixture.publish(deletions(1)).await;
        fixture.publish(users(1)).await;
    }

    fixture.eventually(EFFECTS, 21).await;
    fixture.eventually(UNKNOWN, 0).await;
    assert_eq!(fixture.count(PARKED).await, 0);
    for replica in old {
        replica.stop().await;
    }
    new.stop().await;
    fixture.end().await;
}

#[tokio::test]
async fn restarts_while_the_type_waits_are_no_deliveries() {
    let fixture = Fixture::new().await;
    fixture.publish(deletions(1)).await;
    let first = fixture.start(fixture.old_build());
    fixture.eventually(UNKNOWN, 1).await;
    first.stop().await;

    for _ in 0..3 {
        fixture.start(fixture.old_build()).stop().await;
    }

    let session = fixture.bus.connect("test").await.unwrap();
    let mut deliveries = session.consume(QUEUE, 1).await.unwrap();
    let waiting = tokio::time::timeout(std::time::Duration::from_secs(20), deliveries.next());
    let delivery = waiting.await.unwrap().unwrap().unwrap();
    assert_eq!(delivery.delivery_count, 1);
    session.close().await;
    fixture.end().await;
}

#[tokio::test]
async fn an_operator_has_a_type_parked_and_replays_it_to_the_build_that_knows_it() {
    let fixture = Fixture::new().await;
    let admin = Uuid::now_v7();
    fixture.keep_parked();
    let old = fixture.start(fixture.old_build());
    fixture.publish(deletions(2)).await;
    fixture.publish(users(3)).await;
    fixture.eventually(UNKNOWN, 1).await;
    assert_eq!(fixture.effects().await, 0);

    for _ in 0..2 {
        let park =
            async |tx: &mut souk_db::Conn| park_unknown_type(tx, QUEUE.name, "user.deleted", admin).await;
        assert!(fixture.db.transaction(park).await.unwrap().parked_since.is_some());
    }
    let unknown =
        async |tx: &mut souk_db::Conn| park_unknown_type(tx, QUEUE.name, "user.unheard", admin).await;
    let refused = fixture.db.transaction(unknown).await.unwrap_err();
    assert!(matches!(refused, ParkedError::NotAwaited));

    fixture.eventually(EFFECTS, 3).await;
    fixture.eventually(PARKED, 2).await;
    assert_eq!(fixture.count("select count(*) from unknown_type_audit").await, 1);
    assert_eq!(fixture.listed().await[0].cause.as_deref(), Some("unknown_type"));
    let replay = async |tx: &mut souk_db::Conn| {
        replay_all_parked(tx, QUEUE.name, Some(ParkedCause::UnknownType), admin).await
    };
    // Too early: they come back as what they were.
    assert_eq!(fixture.db.transaction(replay).await.unwrap(), 2);
    fixture
        .eventually("select count(*) from parked where state = 'parked'", 2)
        .await;
    let listed = fixture.listed().await;
    let causes: Vec<_> = listed
        .iter()
        .filter(|parked| parked.state == ParkedState::Parked)
        .map(|parked| parked.cause.as_deref())
        .collect();
    assert_eq!(causes, [Some("unknown_type"); 2]);
    old.stop().await;
    let new = fixture.start(fixture.new_build());
    fixture.eventually(UNKNOWN, 0).await;
    assert_eq!(fixture.db.transaction(replay).await.unwrap(), 2);
    fixture.eventually(EFFECTS, 5).await;
    new.stop().await;
    fixture.end().await;
}

#[tokio::test]
async fn what_no_build_can_have_bound_is_parked_and_stops_nothing() {
    let fixture = Fixture::new().await;
    fixture.keep_parked();
    let old = fixture.start(fixture.old_build());
    // Straight to the queue, as replays are sent too.
    let straight = deleted();
    // Through the exchange, with a type that is not the one it was bound by.
    let (id, body) = deleted();
    let disguised = |text: &str| {
        let body = String::from_utf8(body.clone())
            .unwrap()
            .replace("user.deleted\"", text);
        let mut message = message(id, body.into_bytes());
        message.target = souk_bus::Target::Exchange(souk_contracts::Exchange::User);
        message
    };
    let others = ["user.unheard\"", "USER\"", "\\u0000\""].map(disguised);

    fixture.send([straight]).await;
    for other in others {
        fixture.send_all(vec![other]).await;
    }
    fixture.publish(users(1)).await;

    fixture.eventually(EFFECTS, 1).await;
    fixture.eventually(PARKED, 4).await;
    let mut conn = fixture.db.conn().await.unwrap();
    assert_eq!(list_unknown_types(&mut conn).await.unwrap(), []);
    old.stop().await;
    fixture.end().await;
}
