//! `migrate`

use diesel_async::SimpleAsyncConnection;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use souk_db::migrate;
use souk_testkit::TestDb;

/// Alters the table of idempotency keys.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("tests/migrations");

#[tokio::test]
async fn a_table_in_use_is_waited_for_again_and_again_and_never_for_long() {
    let test = TestDb::with(vec![souk_db::MIGRATIONS]).await;
    let mut user = test.db().conn().await.unwrap();
    user.batch_execute("begin; select count(*) from idempotency_keys")
        .await
        .unwrap();
    let url = test.url().to_owned();
    let migrating = tokio::spawn(async move { migrate(&url, vec![MIGRATIONS]).await });

    // It waits, and lets go again while the table is still in use: others can read in between.
    let waiting = "pg_locks l join pg_stat_activity a using (pid)
        where not l.granted and a.application_name = current_setting('application_name')";
    for is_waiting in [true, false] {
        while (test.count(waiting).await > 0) != is_waiting {
            tokio::task::yield_now().await;
        }
    }
    assert!(!migrating.is_finished());
    user.batch_execute("commit").await.unwrap();

    assert_eq!(migrating.await.unwrap().unwrap(), ["20260101000099"]);
    assert_eq!(test.count("idempotency_keys where test is not null").await, 0);
}
