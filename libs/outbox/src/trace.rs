//! What became of events: when they were written and published, and what this service did with those of others.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, highest_id, lowest_id};
use uuid::Uuid;

/// An event in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct WrittenEvent {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Where it is published.
    #[diesel(sql_type = Text)]
    pub exchange: String,
    /// When its row was written.
    #[diesel(sql_type = Timestamptz)]
    pub written_at: DateTime<Utc>,
    /// When the broker had it.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub published_at: Option<DateTime<Utc>>,
    /// The whole envelope.
    #[diesel(sql_type = Text)]
    pub body: String,
}

/// A message that took effect here.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct HandledEvent {
    /// The queue it came from.
    #[diesel(sql_type = Text)]
    pub queue: String,
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub event_id: Uuid,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub handled_at: DateTime<Utc>,
}

/// Events that were made in one of these spans of time and mention one of these texts, oldest first; at most `limit`.
///
/// Their ids are UUIDv7, so a span of time is a range of the index over them.
///
/// # Errors
/// When the database fails.
pub async fn written_between(
    conn: &mut Conn,
    spans: &[(DateTime<Utc>, DateTime<Utc>)],
    mentioned: &[String],
    limit: i64,
) -> Result<Vec<WrittenEvent>, DbError> {
    let first: Vec<Uuid> = spans.iter().map(|(from, _)| lowest_id(*from)).collect();
    let last: Vec<Uuid> = spans.iter().map(|(_, to)| highest_id(*to)).collect();
    let rows = diesel::sql_query(
        "select distinct id, exchange, created_at as written_at, published_at, body
         from unnest($1, $2) as span (first, last) join outbox on id between first and last
         where exists (select from unnest($3) as word where strpos(body, word) > 0)
         order by id limit $4",
    )
    .bind::<Array<SqlUuid>, _>(first)
    .bind::<Array<SqlUuid>, _>(last)
    .bind::<Array<Text>, _>(mentioned)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows)
}

/// Which of these events took effect from which of these queues.
///
/// # Errors
/// When the database fails.
pub async fn handled(
    conn: &mut Conn,
    queues: &[&str],
    event_ids: &[Uuid],
) -> Result<Vec<HandledEvent>, DbError> {
    let (Some(first), Some(last)) = (event_ids.iter().min(), event_ids.iter().max()) else {
        return Ok(Vec::new());
    };
    // The span says in which partitions they lie.
    let rows = diesel::sql_query(
        "select queue, event_id, handled_at from inbox
         where queue = any($1) and event_id = any($2) and event_id between $3 and $4",
    )
    .bind::<Array<Text>, _>(queues)
    .bind::<Array<SqlUuid>, _>(event_ids)
    .bind::<SqlUuid, _>(first)
    .bind::<SqlUuid, _>(last)
    .load(conn)
    .await?;
    Ok(rows)
}
