//! Processes that die of a message, and connections that break: what else was in hand is not to blame.

use std::sync::Arc;

use souk_outbox::Runner;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::fixture::{Deadly, Failure, Fixture, QUEUE, created, created_for, settle};

const EFFECTS: &str = "select count(*) from effects";

#[tokio::test]
async fn a_message_that_kills_its_reader_is_parked_alone() {
    let fixture = Fixture::new().await;
    let reached = Arc::new(Semaphore::new(0));
    let mut events: Vec<_> = (0..60).map(|_| created()).collect();
    events[20] = created_for(Uuid::nil());
    fixture.send(events).await;
    let deadly = || -> Runner<Failure> {
        let runner = Runner::new(fixture.db.clone(), fixture.bus.clone(), QUEUE, settle);
        runner.on(Deadly(reached.clone()))
    };

    // 20 deliveries are allowed, and one more begins when the pace changes.
    let mut deaths = 0;
    let parked = "select count(*) from parked";
    fixture.keep_parked();
    while fixture.count(parked).await == 0 {
        let replica = fixture.start(deadly());
        tokio::select! {
            reached = reached.acquire() => reached.unwrap().forget(),
            () = fixture.eventually(parked, 1) => {}
        }
        replica.kill().await;
        deaths += 1;
        assert!(deaths < 25);
    }

    let last = fixture.start(deadly());
    fixture.eventually(EFFECTS, 59).await;
    let kept = fixture.listed().await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].cause.as_deref(), Some("delivery_limit"));
    assert!(kept[0].reason.starts_with("delivery_limit"));
    // With messages that were never delivered before, it is read in batches again.
    fixture.send([created()]).await;
    fixture.eventually("select count(*) from fragile_queues", 0).await;
    fixture.eventually(EFFECTS, 60).await;
    last.stop().await;
    fixture.end().await;
}

#[tokio::test]
async fn readers_that_die_again_and_again_park_what_was_in_hand_and_not_what_was_behind() {
    let fixture = Fixture::new().await;
    let reached = Arc::new(Semaphore::new(0));
    // Each of them is deadly, so whatever is first in hand kills.
    fixture.send((0..100).map(|_| created_for(Uuid::nil()))).await;
    for _ in 0..25 {
        let runner = Runner::new(fixture.db.clone(), fixture.bus.clone(), QUEUE, settle);
        let replica = fixture.start(runner.on(Deadly(reached.clone())));
        reached.acquire().await.unwrap().forget();
        replica.kill().await;
    }

    fixture.keep_parked();
    fixture.consume(|_, _| Ok(()));

    // 25 deaths at full prefetch would park all of them.
    fixture
        .eventually("select least(count(*), 98) as count from effects", 98)
        .await;
    assert!(fixture.count("select count(*) from parked").await <= 2);
    fixture.end().await;
}
