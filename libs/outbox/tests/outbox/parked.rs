use std::sync::atomic::{AtomicUsize, Ordering};

use souk_contracts::OpenEnum;
use souk_outbox::{
    ParkedError, ParkedFilter, ParkedMessage, ParkedState, audit_of_parked, drop_all_parked, drop_parked,
    list_parked, replay_all_parked, replay_parked,
};
use uuid::Uuid;

use crate::fixture::{Failure, Fixture, QUEUE, created};

const WAITING: &str = "select count(*) from parked where state = 'parked'";
const REPLAYED: &str = "select count(*) from parked where state = 'replayed'";

/// Refuses the first message: as a batch, then by itself.
fn first_is_impossible(call: usize, _: Uuid) -> Result<(), Failure> {
    if call < 2 {
        Err(Failure::Impossible)
    } else {
        Ok(())
    }
}

async fn listed(fixture: &Fixture) -> Vec<ParkedMessage> {
    let mut conn = fixture.db.conn().await.unwrap();
    list_parked(&mut conn, &ParkedFilter::default(), 10)
        .await
        .unwrap()
}

async fn replay(fixture: &Fixture, id: Uuid, by: Uuid) -> Result<ParkedMessage, ParkedError> {
    let replay = async |tx: &mut souk_db::Conn| replay_parked(tx, id, by).await;
    fixture.db.transaction(replay).await
}

async fn give_up(fixture: &Fixture, id: Uuid) -> Result<ParkedMessage, ParkedError> {
    let give_up = async |tx: &mut souk_db::Conn| drop_parked(tx, id, Uuid::now_v7()).await;
    fixture.db.transaction(give_up).await
}

#[tokio::test]
async fn a_parked_message_is_kept_with_its_reason_and_its_queue_is_empty() {
    let fixture = Fixture::new().await;
    let bad = (Uuid::now_v7(), b"{\"id\":\xff".to_vec());

    fixture.consume(|_, _| Ok(()));
    fixture.keep_parked();
    fixture.send([bad.clone()]).await;

    fixture.eventually(WAITING, 1).await;
    let kept = listed(&fixture).await.remove(0);
    assert_eq!(
        (kept.queue.as_str(), kept.kind.as_deref()),
        (QUEUE.name, Some("user.created"))
    );
    assert_eq!((kept.event_id, kept.payload), (Some(bad.0.to_string()), bad.1));
    assert!(
        kept.reason.starts_with("the envelope cannot be read"),
        "{}",
        kept.reason
    );
    fixture.end().await;
}

#[tokio::test]
async fn a_replay_goes_to_its_queue_takes_effect_once_and_is_audited() {
    let fixture = Fixture::new().await;
    let admin = Uuid::now_v7();
    fixture.consume(first_is_impossible);
    fixture.keep_parked();
    fixture.send([created()]).await;
    fixture.eventually(WAITING, 1).await;
    let id = listed(&fixture).await[0].id;

    for _ in 0..2 {
        replay(&fixture, id, admin).await.unwrap();
    }

    fixture.eventually(REPLAYED, 1).await;
    fixture.eventually("select count(*) from effects", 1).await;
    assert_eq!(AtomicUsize::load(&fixture.calls, Ordering::SeqCst), 3);
    let mut conn = fixture.db.conn().await.unwrap();
    let audit = audit_of_parked(&mut conn, id).await.unwrap();
    assert_eq!(audit.len(), 1);
    assert_eq!((audit[0].action.as_str(), audit[0].actor_id), ("replay", admin));
    fixture.end().await;
}

#[tokio::test]
async fn what_fails_again_waits_again() {
    let fixture = Fixture::new().await;
    fixture.consume(|_, _| Err(Failure::Impossible));
    fixture.keep_parked();
    fixture.send([created()]).await;
    fixture.eventually(WAITING, 1).await;

    replay(&fixture, listed(&fixture).await[0].id, Uuid::now_v7())
        .await
        .unwrap();

    fixture.eventually("select count(*) from parked_audit", 1).await;
    // The row of the first failure is settled by its replay, or waits again if the second failure was faster.
    fixture
        .eventually(
            "select count(*) from parked where state = 'parked'
             and (last_failed_at > first_failed_at or exists (select 1 from parked where state = 'replayed'))",
            1,
        )
        .await;
    assert!(AtomicUsize::load(&fixture.calls, Ordering::SeqCst) >= 3);
    fixture.end().await;
}

#[tokio::test]
async fn all_of_a_queue_are_replayed_at_once() {
    let fixture = Fixture::new().await;
    // The batch as a whole is refused at its first event, then each by itself.
    fixture.consume(|call, _| {
        if call < 4 {
            Err(Failure::Impossible)
        } else {
            Ok(())
        }
    });
    fixture.keep_parked();
    fixture.send([created()]).await;
    fixture.eventually(WAITING, 1).await;
    fixture.send([created()]).await;
    fixture.eventually(WAITING, 2).await;

    let all = async |tx: &mut souk_db::Conn| replay_all_parked(tx, QUEUE.name, None, Uuid::now_v7()).await;
    assert_eq!(fixture.db.transaction(all).await.unwrap(), 2);
    let none = async |tx: &mut souk_db::Conn| replay_all_parked(tx, QUEUE.name, None, Uuid::now_v7()).await;
    assert_eq!(fixture.db.transaction(none).await.unwrap(), 0);

    fixture.eventually(REPLAYED, 2).await;
    fixture.eventually("select count(*) from effects", 2).await;
    fixture.end().await;
}

#[tokio::test]
async fn what_is_dropped_stays_dropped() {
    let fixture = Fixture::new().await;
    fixture.consume(|_, _| Err(Failure::Impossible));
    fixture.keep_parked();
    fixture.send([created()]).await;
    fixture.eventually(WAITING, 1).await;
    let id = listed(&fixture).await[0].id;

    for _ in 0..2 {
        assert_eq!(give_up(&fixture, id).await.unwrap().state, ParkedState::Dropped);
    }

    let refused = replay(&fixture, id, Uuid::now_v7()).await.unwrap_err();
    assert!(matches!(
        refused,
        ParkedError::Settled(OpenEnum::Known(ParkedState::Dropped))
    ));
    let unknown = give_up(&fixture, Uuid::now_v7()).await.unwrap_err();
    assert!(matches!(unknown, ParkedError::NotFound));
    assert_eq!(fixture.count("select count(*) from parked_audit").await, 1);
    fixture.end().await;
}

#[tokio::test]
async fn all_of_a_queue_are_dropped_at_once() {
    let fixture = Fixture::new().await;
    fixture.consume(|_, _| Err(Failure::Impossible));
    fixture.keep_parked();
    fixture.send([created(), created()]).await;
    fixture.eventually(WAITING, 2).await;

    let other =
        async |tx: &mut souk_db::Conn| drop_all_parked(tx, "another.queue", None, Uuid::now_v7()).await;
    assert_eq!(fixture.db.transaction(other).await.unwrap(), 0);
    let all = async |tx: &mut souk_db::Conn| drop_all_parked(tx, QUEUE.name, None, Uuid::now_v7()).await;
    assert_eq!(fixture.db.transaction(all).await.unwrap(), 2);

    assert_eq!(fixture.count(WAITING).await, 0);
    assert_eq!(fixture.count("select count(*) from parked_audit").await, 2);
    fixture.end().await;
}
