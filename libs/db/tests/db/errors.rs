//! What a failure of Postgres means for the statement that met it.

use diesel_async::RunQueryDsl;
use souk_db::DbError;
use souk_testkit::TestDb;

async fn failure(test: &TestDb, statement: &str) -> DbError {
    let mut conn = test.db().conn().await.unwrap();
    let failed = diesel::sql_query(statement).execute(&mut conn).await;
    DbError::from(failed.unwrap_err())
}

async fn database() -> TestDb {
    let test = TestDb::with(vec![souk_db::MIGRATIONS]).await;
    let mut conn = test.db().conn().await.unwrap();
    for statement in [
        "create table things (id int primary key, name varchar(3) not null, amount int check (amount > 0))",
        "create table parts (thing int not null references things (id))",
        "insert into things values (1, 'one', 1)",
    ] {
        diesel::sql_query(statement).execute(&mut conn).await.unwrap();
    }
    test
}

#[tokio::test]
async fn what_no_repetition_can_change_is_permanent() {
    let test = database().await;
    for statement in [
        r#"select '{"a": "\u0000"}'::jsonb"#,
        r"select E'\xff'",
        "insert into things values (2, 'four', 1)",
        "insert into things values (2, 'two', 3000000000)",
        "insert into things values (2, null, 1)",
        "insert into things values (2, 'two', 0)",
        "select 'x'::int",
        "select 'x'::uuid",
        "select 1 / 0",
        "select '2026-13-01'::timestamptz",
        "select 10::numeric(1)",
        "insert into things select 3, name, 1 from unnest(array['two', 'two']) as name
             on conflict (id) do update set name = excluded.name",
    ] {
        let error = failure(&test, statement).await;
        assert!(error.is_permanent(), "{statement}: {error:?}");
        assert!(!error.is_unavailable(), "{statement}");
    }
}

#[tokio::test]
async fn what_may_be_a_race_or_a_deploy_is_not() {
    let test = database().await;
    for statement in [
        "insert into things values (1, 'one', 1)",
        "insert into parts values (9)",
        "select * from not_yet_migrated",
        "select no_such_column from things",
    ] {
        let error = failure(&test, statement).await;
        assert!(
            !error.is_permanent() && !error.is_unavailable(),
            "{statement}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_standby_is_waited_for() {
    let test = database().await;
    let mut conn = test.db().conn().await.unwrap();
    diesel::sql_query("set default_transaction_read_only = on")
        .execute(&mut conn)
        .await
        .unwrap();

    let written = diesel::sql_query("insert into things values (3, 'six', 6)")
        .execute(&mut conn)
        .await;

    let error = DbError::from(written.unwrap_err());
    assert!(error.is_unavailable() && !error.is_permanent(), "{error:?}");
}
