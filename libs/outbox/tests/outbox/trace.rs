use chrono::{TimeDelta, Utc};
use souk_contracts::events::UserCreated;
use souk_outbox::{ParkedState, enqueue, handled, parked_events, written_between};
use uuid::Uuid;

use crate::fixture::{Failure, Fixture, QUEUE, created};

const HANDLED: &str = "select count(*) from inbox";
const WAITING: &str = "select count(*) from parked where state = 'parked'";

async fn write(fixture: &Fixture, user_id: Uuid) {
    let event = UserCreated {
        user_id,
        is_active: true,
    };
    fixture
        .db
        .transaction(async |tx| enqueue(tx, event, Some(1)).await.map_err(souk_db::DbError::from))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_written_event_is_found_by_its_time_and_what_it_mentions() {
    let fixture = Fixture::new().await;
    let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
    let before = Utc::now();
    write(&fixture, one).await;
    write(&fixture, other).await;
    let after = Utc::now();

    let mut conn = fixture.db.conn().await.unwrap();
    let found = async |conn: &mut souk_db::Conn, spans: &[_], word: Uuid| {
        let found = written_between(conn, spans, &[word.to_string()], 10)
            .await
            .unwrap();
        found.into_iter().map(|event| event.body).collect::<Vec<_>>()
    };

    // Spans that overlap find it once.
    let bodies = found(&mut conn, &[(before, after), (before, after)], one).await;
    assert_eq!(bodies.len(), 1);
    assert!(bodies[0].contains(&one.to_string()) && !bodies[0].contains(&other.to_string()));
    let minute = TimeDelta::minutes(1);
    let earlier = (before - minute, before - TimeDelta::milliseconds(1));
    let later = (after + TimeDelta::milliseconds(1), after + minute);
    assert_eq!(
        found(&mut conn, &[earlier, later], one).await,
        Vec::<String>::new()
    );
    assert_eq!(
        found(&mut conn, &[(before, after)], Uuid::now_v7()).await,
        Vec::<String>::new()
    );
    fixture.end().await;
}

#[tokio::test]
async fn what_took_effect_is_told_with_its_queue() {
    let fixture = Fixture::new().await;
    let ((id, body), unknown) = (created(), Uuid::now_v7());
    fixture.consume(|_, _| Ok(()));
    fixture.send([(id, body)]).await;
    fixture.eventually(HANDLED, 1).await;

    let mut conn = fixture.db.conn().await.unwrap();
    let told = handled(&mut conn, &[QUEUE.name], &[unknown, id]).await.unwrap();

    assert_eq!(told.len(), 1);
    assert_eq!((told[0].queue.as_str(), told[0].event_id), (QUEUE.name, id));
    let elsewhere = handled(&mut conn, &["cart-svc.shops"], &[id]).await.unwrap();
    assert_eq!(elsewhere, []);
    fixture.end().await;
}

#[tokio::test]
async fn what_was_parked_is_found_by_its_event() {
    let fixture = Fixture::new().await;
    let (id, body) = created();
    fixture.consume(|_, _| Err(Failure::Impossible));
    fixture.keep_parked();
    fixture.send([(id, body)]).await;
    fixture.eventually(WAITING, 1).await;

    let mut conn = fixture.db.conn().await.unwrap();
    let found = parked_events(&mut conn, &[id, Uuid::now_v7()]).await.unwrap();

    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].event_id.clone(), found[0].state),
        (Some(id.to_string()), ParkedState::Parked.into())
    );
    fixture.end().await;
}
