use std::sync::atomic::{AtomicUsize, Ordering};

use uuid::Uuid;

use crate::fixture::{Failure, Fixture, created, created_for, deleted, deleted_for};

const EFFECTS: &str = "select count(*) from effects";

#[tokio::test]
async fn a_repeated_event_takes_effect_once() {
    let fixture = Fixture::new().await;
    let events: Vec<_> = (0..250).map(|_| created()).collect();

    fixture.send(events.clone()).await;
    fixture.send(events.iter().rev().cloned()).await;
    fixture.consume(|_, _| Ok(()));

    fixture.eventually("select count(*) from inbox", 250).await;
    fixture.eventually(EFFECTS, 250).await;
    assert_eq!(
        fixture.count("select count(distinct user_id) from effects").await,
        250
    );
    fixture.end().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_parked_and_does_not_hold_the_queue() {
    let fixture = Fixture::new().await;
    let (good, bad) = (created(), (Uuid::now_v7(), b"{\"id\":".to_vec()));

    fixture.consume(|_, _| Ok(()));
    fixture.send([bad.clone(), good]).await;

    fixture.eventually(EFFECTS, 1).await;
    let (body, reason) = fixture.parked().await;
    assert_eq!(body, bad.1);
    assert!(reason.unwrap().starts_with("the envelope cannot be read"));
    fixture.end().await;
}

#[tokio::test]
async fn an_event_that_nobody_handles_is_parked() {
    let fixture = Fixture::new().await;

    fixture.consume(|_, _| Ok(()));
    fixture.send([deleted()]).await;

    assert_eq!(
        fixture.parked().await.1.unwrap(),
        "nothing here handles user.deleted"
    );
    fixture.end().await;
}

#[tokio::test]
async fn a_refused_event_counts_as_handled_and_leaves_nothing() {
    let fixture = Fixture::new().await;

    fixture.consume(|_, _| Err(Failure::AlreadySo));
    fixture.send([created()]).await;

    fixture.eventually("select count(*) from inbox", 1).await;
    assert_eq!(fixture.effects().await, 0);
    fixture.end().await;
}

#[tokio::test]
async fn one_impossible_event_of_a_batch_is_parked_alone() {
    let fixture = Fixture::new().await;
    let mut events: Vec<_> = (0..20).map(|_| created()).collect();
    let tenth = created_for(Uuid::nil());
    events[10] = tenth.clone();

    fixture.send(events).await;
    fixture.consume(|_, user| {
        if user.is_nil() {
            Err(Failure::Impossible)
        } else {
            Ok(())
        }
    });

    fixture.eventually(EFFECTS, 19).await;
    assert_eq!(fixture.parked().await.0, tenth.1);
    fixture.end().await;
}

#[tokio::test]
async fn an_event_is_held_while_what_it_needs_is_away() {
    let fixture = Fixture::new().await;

    fixture.consume(|call, _| if call < 4 { Err(Failure::Away) } else { Ok(()) });
    fixture.send([created()]).await;

    fixture.eventually(EFFECTS, 1).await;
    assert_eq!(fixture.count("select count(*) from inbox").await, 1);
    fixture.end().await;
}

#[tokio::test]
async fn a_bug_is_tried_again_and_parked_in_the_end() {
    let fixture = Fixture::new().await;
    let event = created();

    fixture.consume(|_, _| Err(Failure::Bug));
    fixture.send([event.clone()]).await;

    let (body, reason) = fixture.parked().await;
    assert_eq!(
        (body, reason.as_deref()),
        (event.1, Some("failed 8 times: a bug"))
    );
    assert_eq!(fixture.effects().await, 0);
    // Once with its batch, and then by itself.
    assert_eq!(AtomicUsize::load(&fixture.calls, Ordering::SeqCst), 9);
    fixture.end().await;
}

#[tokio::test]
async fn what_fails_for_a_while_holds_nobody_up_and_is_handled_in_the_end() {
    let fixture = Fixture::new().await;
    let mut events = vec![created_for(Uuid::nil())];
    events.extend((0..30).map(|_| created()));

    fixture.send(events).await;
    fixture.consume(|call, user| {
        if user.is_nil() && call < 40 {
            Err(Failure::Bug)
        } else {
            Ok(())
        }
    });

    fixture.eventually(EFFECTS, 30).await;
    assert_eq!(
        fixture
            .count("select count(*) from effects where user_id = '00000000-0000-0000-0000-000000000000'")
            .await,
        0
    );
    fixture.send((0..30).map(|_| created())).await;
    fixture.eventually(EFFECTS, 61).await;
    fixture.eventually("select count(*) from inbox", 61).await;
    fixture.end().await;
}

#[tokio::test]
async fn what_the_database_can_never_hold_is_parked_at_once_with_its_own_words() {
    let fixture = Fixture::new().await;
    let (id, body) = created();
    let body = String::from_utf8(body)
        .unwrap()
        .replace("user.created\"", "user.\\u0000created\"");
    let good = created();

    fixture.send([(id, body.clone().into_bytes()), good]).await;
    fixture.consume_all();

    let (parked, reason) = fixture.parked().await;
    assert_eq!(parked, body.into_bytes());
    assert!(
        reason
            .as_ref()
            .unwrap()
            .contains("invalid byte sequence for encoding"),
        "{reason:?}"
    );
    fixture.eventually(EFFECTS, 1).await;
    // Together, and each by itself.
    assert!(AtomicUsize::load(&fixture.calls, Ordering::SeqCst) <= 4);
    fixture.end().await;
}

#[tokio::test]
async fn a_panic_is_a_bug_and_ends_neither_runner_nor_queue() {
    let fixture = Fixture::new().await;

    fixture.consume(|call, _| if call < 3 { panic!("on purpose") } else { Ok(()) });
    fixture.send([created()]).await;

    fixture.eventually(EFFECTS, 1).await;
    fixture.end().await;
}

#[tokio::test]
async fn a_log_takes_events_of_all_types_once_and_many_at_a_time() {
    let fixture = Fixture::new().await;
    let events: Vec<_> = (0..100)
        .map(|_| created())
        .chain((0..100).map(|_| deleted()))
        .collect();

    fixture.send(events.iter().chain(&events).cloned()).await;
    fixture.consume_all();

    fixture.eventually("select count(*) from inbox", 200).await;
    assert_eq!(fixture.effects().await, 200);
    assert!(AtomicUsize::load(&fixture.calls, Ordering::SeqCst) < 100);
    fixture.end().await;
}

#[tokio::test]
async fn neighbours_of_one_type_are_handled_together_and_types_keep_their_order() {
    let fixture = Fixture::new().await;
    let users: Vec<Uuid> = (0..50).map(|_| Uuid::now_v7()).collect();
    let (early, late) = users.split_at(20);
    let events = early
        .iter()
        .map(|user| created_for(*user))
        .chain(users.iter().map(|user| deleted_for(*user)))
        .chain(late.iter().map(|user| created_for(*user)));

    fixture.send(events).await;
    fixture.consume_groups();

    fixture.eventually(EFFECTS, 100).await;
    let groups = fixture.groups().await;
    assert!(groups.len() < 20, "{groups:?}");
    let told: Vec<(&str, Uuid)> = groups
        .iter()
        .flat_map(|(kind, users)| users.iter().map(|user| (kind.as_str(), *user)))
        .collect();
    let kinds: Vec<&str> = told
        .chunk_by(|one, next| one.0 == next.0)
        .map(|same| same[0].0)
        .collect();
    assert_eq!(kinds, ["user.created", "user.deleted", "user.created"]);
    let order: Vec<Uuid> = told.iter().map(|(_, user)| *user).collect();
    assert_eq!(order, [early, &users, late].concat());
    fixture.end().await;
}

#[tokio::test]
async fn an_event_that_a_batch_repeats_takes_effect_once() {
    let fixture = Fixture::new().await;
    let (one, other, end) = (created(), created(), deleted());

    fixture
        .send([&one, &other, &one, &end, &one, &end, &other].map(Clone::clone))
        .await;
    fixture.consume_groups();

    fixture.eventually("select count(*) from inbox", 3).await;
    fixture.eventually(EFFECTS, 3).await;
    fixture.end().await;
}

#[tokio::test]
async fn one_impossible_event_of_a_group_is_parked_alone() {
    let fixture = Fixture::new().await;
    let mut events: Vec<_> = (0..20).map(|_| created()).collect();
    let tenth = created_for(Uuid::nil());
    events[10] = tenth.clone();

    fixture.send(events).await;
    fixture.consume_groups();

    fixture.eventually(EFFECTS, 19).await;
    assert_eq!(fixture.parked().await.0, tenth.1);
    assert_eq!(fixture.count("select count(*) from inbox").await, 19);
    fixture.end().await;
}

#[tokio::test]
async fn an_unreadable_event_in_a_group_is_parked_alone() {
    let fixture = Fixture::new().await;
    let mut events: Vec<_> = (0..20).map(|_| created()).collect();
    events[10].1.truncate(40);
    let torn = events[10].clone();

    fixture.send(events).await;
    fixture.consume_groups();

    fixture.eventually(EFFECTS, 19).await;
    assert_eq!(fixture.parked().await.0, torn.1);
    fixture.end().await;
}

#[tokio::test]
async fn what_a_handler_tells_names_the_one_event_that_caused_it() {
    let fixture = Fixture::new().await;
    let events: Vec<_> = (0..3).map(|_| created()).collect();

    fixture.send(events.clone()).await;
    fixture.consume_and_tell();

    fixture.eventually("select count(*) from outbox", 3).await;
    for (id, _) in events {
        let caused = format!(
            "select count(*) from outbox
             where body::jsonb ->> 'causationid' = '{id}' and body::jsonb ->> 'correlationid' = '{id}'"
        );
        assert_eq!(fixture.count(&caused).await, 1);
    }
    fixture.end().await;
}
