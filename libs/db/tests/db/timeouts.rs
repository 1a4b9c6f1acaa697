//! What happens when Postgres takes too long, or is not heard of any more.

use std::time::Duration;

use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use souk_db::{Conn, Db, DbError, DbTimeouts};
use souk_testkit::{SilentProxy, TestDb, host_of};

/// So short that a test need not wait, so long that Postgres answers in it.
const SHORT: DbTimeouts = DbTimeouts {
    connect: Duration::from_secs(5),
    statement: Duration::from_millis(1500),
    lock: Duration::from_millis(300),
    long_statement: Duration::from_secs(60),
    idle_lease: Duration::from_millis(1500),
    grace: Duration::from_millis(500),
};

/// Far longer than anything here may take, and far shorter than TCP would.
async fn within_bounds<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), work)
        .await
        .expect("it hangs")
}

struct Fixture {
    test: TestDb,
    proxy: SilentProxy,
    /// Through the proxy.
    db: Db,
}

impl Fixture {
    async fn new() -> Self {
        let test = TestDb::with(vec![souk_db::MIGRATIONS]).await;
        let mut conn = test.db().conn().await.unwrap();
        conn.batch_execute("create table things (id int primary key); insert into things values (1)")
            .await
            .unwrap();
        let proxy = SilentProxy::before(host_of(test.url())).await;
        let db = Db::connect_within(&proxy.through(test.url()), 2, SHORT).unwrap();
        Self { test, proxy, db }
    }
}

async fn run(conn: &mut Conn, statement: &str) -> Result<usize, DbError> {
    Ok(diesel::sql_query(statement).execute(conn).await?)
}

#[tokio::test]
async fn a_reply_that_never_comes_fails_the_statement_and_the_next_one_works() {
    let fixture = Fixture::new().await;
    let mut conn = fixture.db.conn().await.unwrap();
    run(&mut conn, "select 1").await.unwrap();

    fixture.proxy.go_silent();
    let error = within_bounds(run(&mut conn, "select 2")).await.unwrap_err();
    drop(conn);

    assert!(error.is_unavailable(), "{error:?}");
    fixture.db.ping().await.unwrap();
}

#[tokio::test]
async fn a_commit_whose_reply_never_comes_is_unknown() {
    let fixture = Fixture::new().await;

    let committed = within_bounds(fixture.db.transaction(async |tx| {
        run(tx, "insert into things values (2)").await?;
        fixture.proxy.go_silent();
        Ok::<_, DbError>(())
    }))
    .await;

    assert!(
        matches!(committed, Err(DbError::CommitUnknown(_))),
        "{committed:?}"
    );
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_unavailable() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://u:p@{}/x", silent.local_addr().unwrap());
    let timeouts = DbTimeouts {
        connect: Duration::from_millis(300),
        ..SHORT
    };
    let db = Db::connect_within(&url, 1, timeouts).unwrap();

    let (leading, reading) = within_bounds(async { (db.lead("work").await, db.ping().await) }).await;

    assert!(leading.err().unwrap().is_unavailable());
    assert!(reading.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended_and_its_connection_goes_on() {
    let fixture = Fixture::new().await;
    let mut conn = fixture.db.conn().await.unwrap();

    let error = within_bounds(run(&mut conn, "select pg_sleep(3600)"))
        .await
        .unwrap_err();

    assert!(error.is_timeout() && error.is_unavailable(), "{error:?}");
    run(&mut conn, "select 1").await.unwrap();
}

#[tokio::test]
async fn a_lock_that_does_not_come_free_is_contention() {
    let fixture = Fixture::new().await;
    let owner = fixture.test.db();

    let refused = owner
        .transaction(async |tx| {
            run(tx, "select from things for update").await?;
            let waiting = fixture
                .db
                .transaction(async |tx| run(tx, "select from things for update").await);
            Ok::<_, DbError>(within_bounds(waiting).await)
        })
        .await
        .unwrap();

    let error = refused.unwrap_err();
    assert!(error.is_contention() && !error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn the_locks_of_a_client_that_has_gone_silent_come_free() {
    let fixture = Fixture::new().await;
    let mut gone = fixture.db.conn().await.unwrap();
    run(&mut gone, "begin").await.unwrap();
    run(&mut gone, "select from things for update").await.unwrap();

    fixture.proxy.go_silent();

    let owner = fixture.test.db();
    let waiting = owner.transaction(async |tx| run(tx, "select from things for update").await);
    assert_eq!(within_bounds(waiting).await.unwrap(), 1);
}

#[tokio::test]
async fn the_lease_of_a_holder_that_has_gone_silent_comes_free() {
    let fixture = Fixture::new().await;
    let mut held = fixture.db.lead("work").await.unwrap().unwrap();
    let standby = fixture.test.db();
    assert!(standby.lead("work").await.unwrap().is_none());

    fixture.proxy.go_silent();

    within_bounds(async {
        while standby.lead("work").await.unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    let error = within_bounds(run(held.conn(), "select 1")).await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
}

#[tokio::test]
async fn work_that_takes_long_has_a_limit_of_its_own() {
    let fixture = Fixture::new().await;
    let long = fixture.db.for_long_statements();

    let mut conn = long.conn().await.unwrap();

    run(&mut conn, "select pg_sleep(2)").await.unwrap();
}
