//! Partitions of outbox and inbox, one for each day: made ahead, and dropped when nobody needs their rows.
//!
//! The service's role owns no table, so functions of the owner do the work: see the migration `event_partitions`.

use std::time::Duration;

use diesel::sql_types::{Integer, Nullable, Text};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, Db, DbError};

const PARENTS: [&str; 2] = ["outbox", "inbox"];
/// Days for which there are partitions beside today. Where there is none, the default partition takes the rows.
const DAYS_AHEAD: i32 = 3;
/// How often a lock is tried for. Each attempt is short, because all others wait behind it.
const ATTEMPTS: u32 = 20;
/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(diesel::QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    step: String,
}

#[derive(diesel::QueryableByName)]
struct Dropped {
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
}

/// Makes the partitions of the coming days; a new database need not wait for the job to do so.
///
/// # Errors
/// When the database fails or the tables are in use.
pub async fn prepare_partitions(db: &Db) -> Result<(), DbError> {
    let db = db.for_long_statements();
    let mut conn = db.conn().await?;
    for parent in PARENTS {
        add(&mut conn, parent).await?;
    }
    Ok(())
}

/// Makes what is missing and drops what is older than `days`.
pub(super) async fn keep(conn: &mut Conn, days: i32) -> Result<(), DbError> {
    for parent in PARENTS {
        add(conn, parent).await?;
        while let Some(name) = drop_oldest(conn, parent, days).await? {
            tracing::info!(partition = name, "Retention: partition {name} dropped");
            metrics::counter!("retention_partitions_dropped_total", "table" => parent).increment(1);
        }
    }
    Ok(())
}

/// Another replica may be at it, and does it all.
async fn add(conn: &mut Conn, parent: &str) -> Result<(), DbError> {
    loop {
        let added = retried(conn, async |conn| {
            let query = diesel::sql_query("select add_event_partitions($1, $2) as step")
                .bind::<Text, _>(parent)
                .bind::<Integer, _>(DAYS_AHEAD);
            Ok(query.get_result::<Step>(conn).await?)
        });
        match added.await?.step.as_str() {
            "reserved" | "validated" => {}
            _ => return Ok(()),
        }
    }
}

async fn drop_oldest(conn: &mut Conn, parent: &str, days: i32) -> Result<Option<String>, DbError> {
    let dropped = retried(conn, async |conn| {
        let query = diesel::sql_query("select drop_event_partition($1, $2) as name")
            .bind::<Text, _>(parent)
            .bind::<Integer, _>(days);
        Ok(query.get_result::<Dropped>(conn).await?)
    });
    Ok(dropped.await?.name)
}

/// Does it again while others hold the locks that it needs.
async fn retried<T>(
    conn: &mut Conn,
    work: impl AsyncFn(&mut Conn) -> Result<T, DbError>,
) -> Result<T, DbError> {
    for _ in 1..ATTEMPTS {
        match work(conn).await {
            Err(error) if error.is_contention() => tokio::time::sleep(PAUSE).await,
            done => return done,
        }
    }
    work(conn).await
}
