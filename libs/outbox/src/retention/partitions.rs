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

const ADD: &str = "select add_event_partitions($1, $2) as answer";
const DROP: &str = "select drop_event_partition($1, $2) as answer";

#[derive(diesel::QueryableByName)]
struct Answer {
    #[diesel(sql_type = Nullable<Text>)]
    answer: Option<String>,
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
        while let Some(name) = call(conn, DROP, parent, days).await? {
            tracing::info!(partition = name, "Retention: partition {name} dropped");
            metrics::counter!("retention_partitions_dropped_total", "table" => parent).increment(1);
        }
    }
    Ok(())
}

/// Another replica may be at it, and does it all.
async fn add(conn: &mut Conn, parent: &str) -> Result<(), DbError> {
    while let Some("reserved" | "validated") = call(conn, ADD, parent, DAYS_AHEAD).await?.as_deref() {}
    Ok(())
}

/// Does it again while others hold the locks that it needs.
async fn call(conn: &mut Conn, function: &str, parent: &str, days: i32) -> Result<Option<String>, DbError> {
    let mut attempts = 1;
    loop {
        let query = diesel::sql_query(function)
            .bind::<Text, _>(parent)
            .bind::<Integer, _>(days);
        let called = query.get_result::<Answer>(conn).await.map_err(DbError::from);
        match called {
            Err(error) if error.is_contention() && attempts < ATTEMPTS => {
                attempts += 1;
                tokio::time::sleep(PAUSE).await;
            }
            called => return Ok(called?.answer),
        }
    }
}
