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
async fn connections_that_break_again_and_again_park_nothing() {
    let fixture = Fixture::new().await;
    fixture.send((0..100).map(|_| created())).await;
    // As many broken connections as a build without any care would survive.
    for _ in 0..18 {
        let session = fixture.bus.connect("flapping").await.unwrap();
        let mut deliveries = session.consume(QUEUE, 300).await.unwrap();
        for _ in 0..100 {
            deliveries.next().await.unwrap().unwrap();
        }
        session.close().await;
    }

    fixture.keep_parked();
    fixture.consume(|_, _| Ok(()));

    fixture.eventually(EFFECTS, 100).await;
    assert_eq!(fixture.count("select count(*) from parked").await, 0);
    fixture.end().await;
}
