//! `Db::transaction`

use std::time::Duration;

use diesel_async::RunQueryDsl;
use souk_db::{Conn, Db, DbError};
use souk_testkit::TestDb;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(10);

async fn write(tx: &mut Conn) -> Result<(), DbError> {
    let statement = "insert into idempotency_keys (user_id, key, fingerprint)
                     values ('00000000-0000-0000-0000-000000000000', 'k', '')";
    diesel::sql_query(statement).execute(tx).await?;
    Ok(())
}

#[tokio::test]
async fn a_transaction_that_is_dropped_half_way_lets_its_locks_go() {
    let test = TestDb::with(vec![souk_db::MIGRATIONS]).await;
    let (client, other) = (test.db(), Db::connect(test.url(), 1).unwrap());
    let (written, was_written) = tokio::sync::oneshot::channel();

    let gone = tokio::spawn(async move {
        let work = client.transaction(async |tx| {
            write(tx).await?;
            written.send(()).unwrap();
            std::future::pending::<Result<(), DbError>>().await
        });
        work.await
    });
    was_written.await.unwrap();
    gone.abort();

    timeout(PATIENCE, other.transaction(async |tx| write(tx).await))
        .await
        .unwrap()
        .unwrap();
}
