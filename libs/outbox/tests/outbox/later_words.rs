//! A state that a later build has written.

use souk_contracts::UnknownWord;
use souk_outbox::{
    ParkedError, ParkedFilter, drop_all_parked, drop_parked, list_parked, replay_all_parked, replay_parked,
};
use uuid::Uuid;

use crate::fixture::{Fixture, QUEUE};

#[tokio::test]
async fn a_parked_message_in_an_unknown_state_is_shown_and_not_decided_about() {
    let fixture = Fixture::new().await;
    let (id, by) = (Uuid::now_v7(), Uuid::now_v7());
    fixture.test_db.lift_checks("parked").await;
    fixture
        .test_db
        .run_sql(&format!(
            "insert into parked (id, queue, reason, payload, state)
             values ('{id}', '{}', 'a test', '', 'quarantined')",
            QUEUE.name
        ))
        .await;

    let mut conn = fixture.db.conn().await.unwrap();
    let listed = list_parked(&mut conn, &ParkedFilter::default(), 10)
        .await
        .unwrap();
    assert_eq!(listed[0].state.as_str(), "quarantined");

    let replayed = fixture
        .db
        .transaction(async |tx| replay_parked(tx, id, by).await)
        .await;
    let dropped = fixture
        .db
        .transaction(async |tx| drop_parked(tx, id, by).await)
        .await;
    for refused in [replayed, dropped] {
        let Err(ParkedError::Settled(state)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(state.decide(), Err(UnknownWord::new("quarantined")));
    }
    let all = async |tx: &mut souk_db::Conn| {
        let replayed = replay_all_parked(tx, QUEUE.name, None, by).await?;
        Ok::<_, ParkedError>(replayed + drop_all_parked(tx, QUEUE.name, None, by).await?)
    };
    assert_eq!(fixture.db.transaction(all).await.unwrap(), 0);
    assert_eq!(
        fixture
            .count("select count(*) from parked where state = 'quarantined'")
            .await,
        1
    );
    fixture.end().await;
}
