use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{Binary, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_contracts::events::{OrderItemStatus, OrderItemStatusUpdated};
use souk_contracts::{Currency, Envelope, Money};
use souk_db::DbError;
use souk_outbox::{enqueue, erase_user, erase_written};
use souk_testkit::TestDb;
use uuid::Uuid;

fn cancelled(user_id: Uuid, reason: &str) -> OrderItemStatusUpdated {
    OrderItemStatusUpdated {
        order_item_id: Uuid::now_v7(),
        order_id: Uuid::now_v7(),
        user_id,
        shop_id: Uuid::now_v7(),
        product_id: Uuid::now_v7(),
        variation_id: Uuid::now_v7(),
        quantity: 1,
        unit_price: Money::new(500, Currency::AZN),
        from: OrderItemStatus::Processing,
        to: OrderItemStatus::Cancelled,
        reason: Some(reason.to_owned()),
        carrier: None,
        tracking_number: None,
    }
}

fn message(user_id: Uuid, reason: &str) -> Vec<u8> {
    serde_json::to_vec(&Envelope::new(cancelled(user_id, reason), Some(2))).unwrap()
}

async fn write(db: &TestDb, user_id: Uuid, reason: &str) {
    let event = cancelled(user_id, reason);
    db.db()
        .transaction(async |tx| enqueue(tx, event, Some(2)).await.map_err(DbError::from))
        .await
        .unwrap();
}

async fn park(db: &TestDb, state: &str, payload: &[u8]) {
    let mut conn = db.db().conn().await.unwrap();
    diesel::sql_query(
        "insert into parked (id, queue, reason, payload, state) values ($1, 'some.queue', 'a test', $2, $3)",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<Binary, _>(payload)
    .bind::<Text, _>(state)
    .execute(&mut conn)
    .await
    .unwrap();
}

async fn erase_events(db: &TestDb, span: (DateTime<Utc>, DateTime<Utc>), user_id: Uuid) -> usize {
    db.db()
        .transaction(async |tx| erase_written(tx, &[span, span], user_id).await)
        .await
        .unwrap()
}

async fn erase(db: &TestDb, user_id: Uuid) {
    db.db()
        .transaction(async |tx| erase_user(tx, user_id).await)
        .await
        .unwrap();
}

#[tokio::test]
async fn written_events_lose_the_words_of_one_user_only() {
    let db = TestDb::with(vec![souk_db::MIGRATIONS, souk_outbox::MIGRATIONS]).await;
    let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
    let before = Utc::now();
    write(&db, one, "garnet").await;
    write(&db, other, "opal").await;
    let span = (before, Utc::now());
    let hour = TimeDelta::hours(1);

    let elsewhere = erase_events(&db, (before - hour, before - TimeDelta::seconds(1)), one).await;
    let first = erase_events(&db, span, one).await;
    let again = erase_events(&db, span, one).await;

    assert_eq!((elsewhere, first, again), (0, 1, 0));
    let told = db.published().await;
    assert_eq!(told.len(), 2);
    assert_eq!(
        (told[0].data.get("reason"), told[0].data["to"].as_str()),
        (None, Some("cancelled"))
    );
    assert_eq!(told[1].data["reason"], "opal");
    // The search for what came of a request looks for members as they are written.
    let compact = format!("outbox where strpos(body, '\"user_id\":\"{one}\"') > 0");
    assert_eq!(db.count(&compact).await, 1);
}

#[tokio::test]
async fn parked_messages_lose_the_words_and_can_still_be_replayed() {
    let db = TestDb::with(vec![souk_db::MIGRATIONS, souk_outbox::MIGRATIONS]).await;
    let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
    for state in ["parked", "replaying", "replayed", "dropped"] {
        park(&db, state, &message(one, &format!("garnet {state}"))).await;
    }
    park(&db, "parked", &message(other, "opal")).await;
    let torn = message(one, "garnet");
    park(&db, "parked", &torn[..torn.len() - 2]).await;
    park(&db, "dropped", &torn[..torn.len() - 3]).await;

    for _ in 0..2 {
        erase(&db, one).await;
    }

    let dump = db.dump().await;
    assert!(!dump.contains("garnet") && dump.contains("opal"), "{dump}");
    assert_eq!(db.count("parked where state = 'parked'").await, 3);
    assert_eq!(
        db.count("parked where position('cancelled'::bytea in payload) > 0")
            .await,
        5
    );
    assert_eq!(db.count("parked where reason <> 'a test'").await, 2);
}

#[tokio::test]
async fn a_message_that_was_parked_in_two_spellings_waits_once() {
    let db = TestDb::with(vec![souk_db::MIGRATIONS, souk_outbox::MIGRATIONS]).await;
    let user_id = Uuid::now_v7();
    let mut event = Envelope::new(cancelled(user_id, "garnet"), Some(2));
    park(&db, "parked", &serde_json::to_vec(&event).unwrap()).await;
    erase(&db, user_id).await;
    event.data.reason = Some("garnet".into());
    park(&db, "parked", &serde_json::to_vec(&event).unwrap()).await;

    erase(&db, user_id).await;

    assert!(!db.dump().await.contains("garnet"));
    assert_eq!(db.count("parked where state = 'parked'").await, 1);
    assert_eq!(db.count("parked where state = 'dropped'").await, 1);
}
