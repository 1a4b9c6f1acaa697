//! Types of events that a build does not know, and queues whose messages keep coming back.

use chrono::{DateTime, SubsecRound, Utc};
use diesel::sql_types::{Array, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

use crate::ParkedError;

/// A type that waits in a queue for a build that knows it.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct UnknownType {
    /// The queue that holds it.
    #[diesel(sql_type = Text)]
    pub queue: String,
    /// The type.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// When a build met it first.
    #[diesel(sql_type = Timestamptz)]
    pub first_seen_at: DateTime<Utc>,
    /// Since when its messages are parked, where an operator decided so.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub parked_since: Option<DateTime<Utc>>,
}

/// Types that no build which is running knows, or that an operator has parked; at most a hundred, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_unknown_types(conn: &mut Conn) -> Result<Vec<UnknownType>, DbError> {
    let statement = "select queue, kind, first_seen_at, parked_since from unknown_types
        order by first_seen_at, queue, kind limit 100";
    Ok(diesel::sql_query(statement).load(conn).await?)
}

/// Has the messages of a type parked by builds that do not know it, so that its queue goes on; audited. Asking twice
/// changes nothing.
///
/// # Errors
/// [`ParkedError::NotAwaited`], or the database fails.
pub async fn park_unknown_type(
    tx: &mut Conn,
    queue: &str,
    kind: &str,
    actor_id: Uuid,
) -> Result<UnknownType, ParkedError> {
    let statement = "select queue, kind, first_seen_at, parked_since from unknown_types
        where queue = $1 and kind = $2 for update";
    let found = diesel::sql_query(statement)
        .bind::<Text, _>(queue)
        .bind::<Text, _>(kind)
        .load::<UnknownType>(tx)
        .await
        .map_err(DbError::from)?
        .pop();
    let mut waiting = found.ok_or(ParkedError::NotAwaited)?;
    if waiting.parked_since.is_some() {
        return Ok(waiting);
    }
    // As Postgres keeps it: asking again answers the same.
    let now = Utc::now().trunc_subsecs(6);
    diesel::sql_query(
        "with parked as (update unknown_types set parked_since = $3 where queue = $1 and kind = $2)
         insert into unknown_type_audit (id, queue, kind, actor_id, at) values ($4, $1, $2, $5, $3)",
    )
    .bind::<Text, _>(queue)
    .bind::<Text, _>(kind)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<SqlUuid, _>(actor_id)
    .execute(tx)
    .await
    .map_err(DbError::from)?;
    waiting.parked_since = Some(now);
    Ok(waiting)
}

/// The types that some build did not know in a queue.
pub(crate) async fn of_queue(conn: &mut Conn, queue: &str) -> Result<Vec<UnknownType>, DbError> {
    let statement = "select queue, kind, first_seen_at, parked_since from unknown_types where queue = $1";
    let rows = prepared(diesel::sql_query(statement).bind::<Text, _>(queue));
    Ok(rows.load(conn).await?)
}

/// Notes that a message of this type waits in a queue; whether its messages are to be parked.
pub(crate) async fn note(conn: &mut Conn, queue: &str, kind: &str) -> Result<bool, DbError> {
    #[derive(diesel::QueryableByName)]
    struct Noted {
        #[diesel(sql_type = Bool)]
        is_parked: bool,
    }

    let noted = diesel::sql_query(
        "insert into unknown_types (queue, kind) values ($1, $2)
         on conflict (queue, kind) do update set kind = excluded.kind
         returning parked_since is not null as is_parked",
    )
    .bind::<Text, _>(queue)
    .bind::<Text, _>(kind)
    .get_result::<Noted>(conn)
    .await?;
    Ok(noted.is_parked)
}

/// Whether an operator had a type of a queue parked.
pub(crate) async fn is_parked(conn: &mut Conn, queue: &str, kind: &str) -> Result<bool, DbError> {
    let statement = "select from unknown_types where queue = $1 and kind = $2 and parked_since is not null";
    let rows = diesel::sql_query(statement)
        .bind::<Text, _>(queue)
        .bind::<Text, _>(kind)
        .execute(conn)
        .await?;
    Ok(rows > 0)
}

/// Forgets types that the caller's build knows.
pub(crate) async fn forget(conn: &mut Conn, queue: &str, known: &[&str]) -> Result<(), DbError> {
    diesel::sql_query("delete from unknown_types where queue = $1 and kind = any($2)")
        .bind::<Text, _>(queue)
        .bind::<Array<Text>, _>(known)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether messages of a queue keep coming back unanswered.
pub(crate) async fn is_fragile(conn: &mut Conn, queue: &str) -> Result<bool, DbError> {
    let rows = diesel::sql_query("select from fragile_queues where queue = $1")
        .bind::<Text, _>(queue)
        .execute(conn)
        .await?;
    Ok(rows > 0)
}

/// Notes whether messages of a queue keep coming back unanswered.
pub(crate) async fn set_fragile(conn: &mut Conn, queue: &str, is_fragile: bool) -> Result<(), DbError> {
    let statement = if is_fragile {
        "insert into fragile_queues (queue) values ($1) on conflict do nothing"
    } else {
        "delete from fragile_queues where queue = $1"
    };
    diesel::sql_query(statement)
        .bind::<Text, _>(queue)
        .execute(conn)
        .await?;
    Ok(())
}
