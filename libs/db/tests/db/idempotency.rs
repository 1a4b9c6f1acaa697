//! `Db::once` across builds: the previous release beside this one, and a later one after it.

use diesel::sql_types::{Bytea, Nullable, Text};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use souk_db::{Claim, Conn, DbError, IdempotencyError, MIGRATIONS};
use souk_testkit::TestDb;
use uuid::Uuid;

const USER: Uuid = Uuid::from_u128(7);

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
}

#[derive(Serialize, Deserialize)]
struct Body {
    name: String,
    note: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct LaterBody {
    #[serde(default)]
    is_gift: bool,
    name: String,
    note: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    id: i32,
}

#[derive(Serialize, Deserialize)]
struct LaterAnswer {
    id: i32,
    seller: String,
}

fn body(name: &str) -> Body {
    Body {
        name: name.to_owned(),
        note: None,
    }
}

fn later_body(name: &str) -> LaterBody {
    LaterBody {
        is_gift: false,
        name: name.to_owned(),
        note: None,
    }
}

fn claim(body: &Body) -> Claim {
    Claim::new(USER, "k", "create", body)
}

/// What the previous release writes of a request, and compares.
fn former_fingerprint(body: &Body) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(b"create\0");
    hash.update(serde_json::to_vec(body).unwrap());
    hash.finalize().to_vec()
}

async fn create(test: &TestDb, claim: &Claim, id: i32) -> Result<String, Error> {
    let work = async |_: &mut Conn| Ok::<_, Error>(Answer { id });
    let respond = |answer: Answer| Ok(format!("{{ \"id\" : {} }}", answer.id));
    test.db().once(Some(claim), work, respond).await
}

fn is_reused<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Idempotency(IdempotencyError::KeyReused)))
}

#[tokio::test]
async fn a_later_build_answers_a_repeat_with_what_was_sent() {
    let test = TestDb::with(vec![MIGRATIONS]).await;
    let sent = create(&test, &claim(&body("a")), 1).await.unwrap();

    let later = Claim::new(USER, "k", "create", &later_body("a"));
    let work = async |_: &mut Conn| -> Result<LaterAnswer, Error> { panic!("done before") };
    let respond = |answer: LaterAnswer| serde_json::to_string(&answer);
    let repeat = test.db().once(Some(&later), work, respond).await.unwrap();

    assert_eq!(
        (repeat.as_str(), sent.as_str()),
        ("{ \"id\" : 1 }", repeat.as_str())
    );
    let other = Claim::new(USER, "k", "create", &later_body("b"));
    let refused = test.db().once(Some(&other), work, respond).await;
    assert!(is_reused(refused));
}

#[tokio::test]
async fn what_the_previous_release_recorded_is_still_answered() {
    let test = TestDb::with(vec![MIGRATIONS]).await;
    record_formerly(&test, &body("a"), 5).await;

    assert_eq!(
        create(&test, &claim(&body("a")), 6).await.unwrap(),
        "{ \"id\" : 5 }"
    );
    assert!(is_reused(create(&test, &claim(&body("b")), 6).await));
}

#[tokio::test]
async fn the_previous_release_answers_what_this_one_recorded() {
    let test = TestDb::with(vec![MIGRATIONS]).await;
    create(&test, &claim(&body("a")), 1).await.unwrap();

    let row = formerly_read(&test).await;

    assert_eq!(row.fingerprint, former_fingerprint(&body("a")));
    assert_eq!(row.answer.unwrap(), r#"{"id": 1}"#);
}

#[tokio::test]
async fn a_request_may_be_named_as_it_was_formerly() {
    let test = TestDb::with(vec![MIGRATIONS]).await;
    record_formerly(&test, &body("a"), 5).await;

    let renamed = Claim::new(USER, "k", "create 1", &later_body("a")).formerly("create", &body("a"));

    assert_eq!(create(&test, &renamed, 6).await.unwrap(), "{ \"id\" : 5 }");
}

#[tokio::test]
async fn an_expired_row_that_the_previous_release_took_over_is_its_own() {
    let test = TestDb::with(vec![MIGRATIONS]).await;
    create(&test, &claim(&body("a")), 1).await.unwrap();
    test.run_sql("update idempotency_keys set created_at = created_at - interval '25 hours', hashed_at = hashed_at - interval '25 hours'")
        .await;

    record_formerly(&test, &body("b"), 5).await;

    assert_eq!(
        create(&test, &claim(&body("b")), 6).await.unwrap(),
        "{ \"id\" : 5 }"
    );
    assert!(is_reused(create(&test, &claim(&body("a")), 6).await));
}

#[tokio::test]
async fn an_expired_row_is_taken_over_whole() {
    let test = TestDb::with(vec![MIGRATIONS]).await;
    create(&test, &claim(&body("a")), 1).await.unwrap();
    test.run_sql("update idempotency_keys set created_at = created_at - interval '25 hours', hashed_at = hashed_at - interval '25 hours'")
        .await;

    assert_eq!(
        create(&test, &claim(&body("b")), 2).await.unwrap(),
        "{ \"id\" : 2 }"
    );

    assert_eq!(
        create(&test, &claim(&body("b")), 3).await.unwrap(),
        "{ \"id\" : 2 }"
    );
    assert!(is_reused(create(&test, &claim(&body("a")), 3).await));
}

#[tokio::test]
async fn a_reference_is_recorded_with_its_claim() {
    let test = TestDb::with(vec![MIGRATIONS]).await;
    let (claim, id) = (claim(&body("a")), Uuid::now_v7());
    let take = async |tx: &mut Conn| Ok::<_, Error>(souk_db::claim(tx, &[(&claim, id)]).await?);

    assert!(test.db().transaction(take).await.unwrap());
    assert!(!test.db().transaction(take).await.unwrap());

    let mut conn = test.db().conn().await.unwrap();
    let found = souk_db::recorded_reference(&mut conn, &claim).await.unwrap();
    assert_eq!(found, Some(id));
    assert_eq!(formerly_read(&test).await.answer.unwrap(), format!("\"{id}\""));
}

/// As the previous release does it, in its own words.
async fn record_formerly(test: &TestDb, body: &Body, id: i32) {
    let statement = "insert into idempotency_keys (user_id, key, fingerprint, answer)
         select * from unnest(array[$1::uuid], array['k'], array[$2], array[jsonb_build_object('id', $3::int)])
             as claim (user_id, key, fingerprint, answer) order by user_id, key
         on conflict (user_id, key) do update
         set fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = now()
         where idempotency_keys.created_at <= now() - interval '24 hours'";
    let mut conn = test.db().conn().await.unwrap();
    let rows = diesel::sql_query(statement)
        .bind::<diesel::sql_types::Uuid, _>(USER)
        .bind::<Bytea, _>(former_fingerprint(body))
        .bind::<diesel::sql_types::Integer, _>(id)
        .execute(&mut conn)
        .await
        .unwrap();
    assert_eq!(rows, 1);
}

#[derive(diesel::QueryableByName)]
struct FormerRow {
    #[diesel(sql_type = Bytea)]
    fingerprint: Vec<u8>,
    #[diesel(sql_type = Nullable<Text>)]
    answer: Option<String>,
}

async fn formerly_read(test: &TestDb) -> FormerRow {
    let mut conn = test.db().conn().await.unwrap();
    diesel::sql_query("select fingerprint, answer::text as answer from idempotency_keys")
        .get_result(&mut conn)
        .await
        .unwrap()
}
