//! `Db::conn`

use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;
use souk_db::Db;
use souk_testkit::TestDb;

#[derive(diesel::QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// Which process of Postgres is at the other end.
async fn backend(db: &Db) -> i32 {
    let mut conn = db.conn().await.unwrap();
    let found: Backend = diesel::sql_query("select pg_backend_pid() as pid")
        .get_result(&mut conn)
        .await
        .unwrap();
    found.pid
}

#[tokio::test]
async fn a_runtime_borrows_only_connections_that_it_opened() {
    let test = TestDb::with(vec![souk_db::MIGRATIONS]).await;
    let (db, other) = (test.db(), test.db());

    let here = backend(&db).await;
    let there = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(backend(&other))
    });

    assert_ne!(there.join().unwrap(), here);
    assert_eq!(backend(&db).await, here);
}
