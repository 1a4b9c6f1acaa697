//! The switch to partitions, under programs that know nothing of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::SimpleAsyncConnection;
use souk_db::{Conn, Db, prepared};
use souk_outbox::{EventRetention, RetentionJob, prepare_partitions};
use souk_testkit::TestDb;
use uuid::Uuid;

macro_rules! migration {
    ($name:literal, $direction:literal) => {
        include_str!(concat!(
            "../../migrations/2026-12-01-0600",
            $name,
            "/",
            $direction,
            ".sql"
        ))
    };
}

const UP: [&str; 4] = [
    migration!("01_partitioned_inbox", "up"),
    migration!("02_partitioned_outbox", "up"),
    migration!("03_event_partitions", "up"),
    migration!("04_named_by_parked", "up"),
];
const DOWN: [&str; 4] = [
    migration!("04_named_by_parked", "down"),
    migration!("03_event_partitions", "down"),
    migration!("02_partitioned_outbox", "down"),
    migration!("01_partitioned_inbox", "down"),
];

async fn run(db: &Db, migrations: [&str; 4]) {
    let mut conn = db.conn().await.unwrap();
    for migration in migrations {
        conn.batch_execute(&format!("begin; {migration}; commit"))
            .await
            .unwrap();
    }
}

#[derive(diesel::QueryableByName)]
struct Seq {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// The statements of the previous build, word for word.
mod previous {
    use diesel_async::RunQueryDsl;

    use super::{Array, BigInt, Conn, Seq, SqlUuid, Text, Uuid, prepared};

    pub async fn enqueue(tx: &mut Conn, ids: &[Uuid]) {
        let texts = |text: &'static str| vec![text; ids.len()];
        let statement = "insert into outbox (id, exchange, routing_key, traceparent, conflation_key, body)
         select * from unnest($1, $2, $3, $4, $5, $6)";
        prepared(
            diesel::sql_query(statement)
                .bind::<Array<SqlUuid>, _>(ids)
                .bind::<Array<Text>, _>(texts("user_events"))
                .bind::<Array<Text>, _>(texts("user.created"))
                .bind::<Array<Text>, _>(texts("00-0-0-0"))
                .bind::<Array<Text>, _>(texts("key"))
                .bind::<Array<Text>, _>(texts("{}")),
        )
        .execute(tx)
        .await
        .unwrap();
    }

    pub async fn due(conn: &mut Conn) -> Vec<i64> {
        let rows: Vec<Seq> = prepared(
            diesel::sql_query(
                "select seq, id, exchange, routing_key, traceparent, conflation_key, body from outbox
         where published_at is null and (next_attempt_at is null or next_attempt_at <= now())
             and seq <> all($2)
         order by seq limit $1",
            )
            .bind::<BigInt, _>(500)
            .bind::<Array<BigInt>, _>(Vec::<i64>::new()),
        )
        .load(conn)
        .await
        .unwrap();
        rows.into_iter().map(|row| row.seq).collect()
    }

    pub async fn mark_sent(conn: &mut Conn, seqs: &[i64]) -> usize {
        prepared(
            diesel::sql_query("update outbox set published_at = now() where seq = any($1)")
                .bind::<Array<BigInt>, _>(seqs),
        )
        .execute(conn)
        .await
        .unwrap()
    }

    pub async fn record(tx: &mut Conn, ids: &[Uuid]) -> usize {
        prepared(
            diesel::sql_query(
                "insert into inbox (queue, event_id) select $1, unnest($2)
         on conflict do nothing returning event_id",
            )
            .bind::<Text, _>("a.b")
            .bind::<Array<SqlUuid>, _>(ids),
        )
        .execute(tx)
        .await
        .unwrap()
    }

    pub async fn sweep(conn: &mut Conn) {
        for statement in [
            "delete from outbox where (seq) in (select seq from outbox
             where published_at < now() - interval '14 days' limit 1000 for update skip locked)",
            "delete from inbox where (queue, event_id) in (select queue, event_id from inbox
             where handled_at < now() - interval '14 days' limit 1000 for update skip locked)",
        ] {
            diesel::sql_query(statement).execute(conn).await.unwrap();
        }
    }
}

/// Writes three events and takes them in, in one transaction as a consumer does, then once more.
async fn write_and_read(db: &Db, stop: &AtomicBool, written: &AtomicU64) {
    while !stop.load(Ordering::Relaxed) {
        let ids: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
        let fresh = db
            .transaction(async |tx| {
                let fresh = previous::record(tx, &ids).await;
                previous::enqueue(tx, &ids).await;
                Ok::<_, souk_db::DbError>(fresh)
            })
            .await
            .unwrap();
        let mut conn = db.conn().await.unwrap();
        assert_eq!((fresh, previous::record(&mut conn, &ids).await), (3, 0));
        written.fetch_add(3, Ordering::Relaxed);
    }
}

/// Marks what is due as sent, on one connection as a relay does, until nothing is due after the last commit.
async fn relay(db: &Db, all_written: &AtomicBool) -> usize {
    let mut conn = db.conn().await.unwrap();
    let mut sent = 0;
    loop {
        let last = all_written.load(Ordering::Acquire);
        let due = previous::due(&mut conn).await;
        assert!(due.is_sorted(), "{due:?}");
        sent += previous::mark_sent(&mut conn, &due).await;
        previous::sweep(&mut conn).await;
        if last && due.is_empty() {
            return sent;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_of_the_previous_build_write_and_read_on_while_the_tables_are_partitioned() {
    let test = TestDb::with(vec![souk_db::MIGRATIONS, souk_outbox::MIGRATIONS]).await;
    let db = test.db();
    run(&db, DOWN).await;
    assert_eq!(
        test.count("pg_inherits where inhparent = 'outbox'::regclass")
            .await,
        0
    );
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let (db, stop, written) = (db.clone(), stop.clone(), written.clone());
        writers.spawn(async move { write_and_read(&db, &stop, &written).await });
    }
    let all_written = Arc::new(AtomicBool::new(false));
    let relaying = {
        let (db, all_written) = (db.clone(), all_written.clone());
        tokio::spawn(async move { relay(&db, &all_written).await })
    };

    let beyond = async |events: u64| {
        let from = written.load(Ordering::Relaxed);
        let going_on = async {
            while written.load(Ordering::Relaxed) < from + events {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), going_on)
            .await
            .expect("nothing is written any more");
    };
    beyond(60).await;
    run(&db, UP).await;
    beyond(60).await;
    prepare_partitions(&db).await.unwrap();
    let job = RetentionJob::of_events(db.clone(), EventRetention::default());
    beyond(60).await;
    assert_eq!(job.sweep().await.unwrap(), 0);
    stop.store(true, Ordering::Relaxed);
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    all_written.store(true, Ordering::Release);
    let sent = relaying.await.unwrap();

    let written = i64::try_from(written.load(Ordering::Relaxed)).unwrap();
    assert_eq!(i64::try_from(sent).unwrap(), written);
    let kept = [
        test.count("outbox").await,
        test.count("(select distinct seq from outbox) as numbers").await,
        test.count("inbox").await,
    ];
    assert_eq!(kept, [written; 3]);
    // All of it is of today, or of two days if one has just ended.
    let elsewhere = [
        test.count("outbox_default").await,
        test.count("inbox_default").await,
    ];
    assert_eq!(elsewhere, [0, 0]);

    run(&db, DOWN).await;
    assert_eq!(
        [test.count("outbox").await, test.count("inbox").await],
        [written; 2]
    );
}
