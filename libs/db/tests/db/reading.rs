//! `Db::read_consistent`, `Db::plan_by_value`

use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, Db, DbError};
use souk_testkit::TestDb;

#[derive(diesel::QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(Debug, PartialEq, diesel::QueryableByName)]
struct Settings {
    #[diesel(sql_type = Text)]
    plans: String,
    #[diesel(sql_type = Text)]
    timeout: String,
}

async fn things() -> TestDb {
    let test = TestDb::with(vec![souk_db::MIGRATIONS]).await;
    test.run_sql("create table things (id int)").await;
    test
}

async fn count(conn: &mut Conn) -> Result<i64, DbError> {
    let counted: Counted = diesel::sql_query("select count(*) from things")
        .get_result(conn)
        .await?;
    Ok(counted.count)
}

async fn settings(conn: &mut Conn) -> Result<Settings, DbError> {
    let current =
        "select current_setting('plan_cache_mode') as plans, current_setting('statement_timeout') as timeout";
    Ok(diesel::sql_query(current).get_result(conn).await?)
}

#[tokio::test]
async fn consistent_reads_do_not_see_what_is_committed_between_them() {
    let test = things().await;

    let counts = test
        .db()
        .read_consistent(async |tx| {
            let before = count(tx).await?;
            test.run_sql("insert into things values (1)").await;
            Ok::<_, DbError>((before, count(tx).await?))
        })
        .await
        .unwrap();

    assert_eq!(counts, (0, 0));
    assert_eq!(test.count("things").await, 1);
}

#[tokio::test]
async fn consistent_reads_write_nothing() {
    let test = things().await;

    let written = test
        .db()
        .read_consistent(async |tx| {
            diesel::sql_query("insert into things values (1)")
                .execute(tx)
                .await?;
            Ok::<_, DbError>(())
        })
        .await;

    assert!(written.is_err());
    assert_eq!(test.count("things").await, 0);
}

#[tokio::test]
async fn plans_by_value_end_with_their_transaction() {
    let test = things().await;
    let db = Db::connect(test.url(), 1).unwrap();
    let usual = settings(&mut db.conn().await.unwrap()).await.unwrap();

    let within = db.plan_by_value(settings).await.unwrap();

    let planned = Settings {
        plans: "force_custom_plan".into(),
        timeout: "5s".into(),
    };
    assert_eq!(within, planned);
    assert_ne!(usual, planned);
    assert_eq!(settings(&mut db.conn().await.unwrap()).await.unwrap(), usual);
}
