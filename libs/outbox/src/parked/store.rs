//! Rows of parked messages and of what was decided about them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::OptionalExtension;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_bus::{Delivery, printable};
use souk_contracts::OpenEnum;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::{ParkedCause, ParkedDecision, ParkedMessage, ParkedState};

type Result<T> = std::result::Result<T, DbError>;

/// Which parked messages to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct ParkedFilter {
    /// Of this queue.
    pub queue: Option<String>,
    /// Of this event type.
    pub kind: Option<String>,
    /// That stand so.
    pub state: Option<ParkedState>,
    /// That were parked by this kind of failure.
    pub cause: Option<ParkedCause>,
    /// That come after this one in the list.
    pub after: Option<Uuid>,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    queue: String,
    #[diesel(sql_type = Nullable<Text>)]
    event_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Nullable<Text>)]
    cause: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    traceparent: Option<String>,
    #[diesel(sql_type = Binary)]
    payload: Vec<u8>,
    #[diesel(sql_type = Timestamptz)]
    first_failed_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    last_failed_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    state: String,
}

#[derive(diesel::QueryableByName)]
struct AuditRow {
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = SqlUuid)]
    actor_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

impl From<Row> for ParkedMessage {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            queue: row.queue,
            event_id: row.event_id,
            kind: row.kind,
            reason: row.reason,
            cause: row.cause,
            traceparent: row.traceparent,
            payload: row.payload,
            first_failed_at: row.first_failed_at,
            last_failed_at: row.last_failed_at,
            state: OpenEnum::read(&row.state),
        }
    }
}

/// Characters of a reason, at most.
const MAX_REASON: usize = 500;
const COLUMNS: &str =
    "id, queue, event_id, kind, reason, cause, traceparent, payload, first_failed_at, last_failed_at, state";

/// A message from a parked queue, as it is kept.
pub(super) struct NewParked<'a> {
    event_id: Option<&'a str>,
    kind: Option<&'a str>,
    reason: String,
    cause: Option<ParkedCause>,
    traceparent: Option<&'a str>,
    payload: &'a [u8],
}

impl<'a> NewParked<'a> {
    /// All that a message says of itself.
    pub fn of(delivery: &'a Delivery) -> Self {
        let header = |name: &str| delivery.headers.get(name).map(String::as_str);
        let (reason, cause) = match (header("x-parked-reason"), header("x-first-death-reason")) {
            (Some(reason), _) => (reason, header("x-parked-cause").and_then(ParkedCause::named)),
            (None, Some("delivery_limit")) => (
                "delivery_limit: delivered 21 times without an answer, by crashes or broken connections; \
                 nothing is known against the message itself",
                Some(ParkedCause::DeliveryLimit),
            ),
            (None, Some(reason)) => (reason, None),
            (None, None) => ("unknown", None),
        };
        let reason = match &delivery.malformed {
            Some(complaint) => format!("{reason}; the message is malformed: {complaint}"),
            None => reason.to_owned(),
        };
        Self {
            event_id: delivery.message_id.as_deref(),
            kind: delivery.kind.as_deref(),
            reason: printable(&reason, MAX_REASON),
            cause,
            traceparent: header("traceparent"),
            payload: &delivery.body,
        }
    }

    /// Its bytes alone, for a message that the table refuses otherwise.
    pub fn bare(delivery: &'a Delivery, error: &DbError) -> Self {
        Self {
            event_id: None,
            kind: None,
            reason: printable(&format!("its properties cannot be stored: {error:?}"), MAX_REASON),
            cause: Some(ParkedCause::Unreadable),
            traceparent: None,
            payload: &delivery.body,
        }
    }
}

/// Keeps what was drained from a parked queue. One that is here already has failed again, and waits again.
pub(super) async fn keep(conn: &mut Conn, queue: &str, parked: &NewParked<'_>) -> Result<()> {
    diesel::sql_query(
        "insert into parked (id, queue, event_id, kind, reason, cause, traceparent, payload)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (queue, fingerprint) where state in ('parked', 'replaying')
         do update set reason = excluded.reason, cause = excluded.cause, last_failed_at = now(), state = 'parked'",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<Text, _>(queue)
    .bind::<Nullable<Text>, _>(parked.event_id)
    .bind::<Nullable<Text>, _>(parked.kind)
    .bind::<Text, _>(&parked.reason)
    .bind::<Nullable<Text>, _>(parked.cause.map(ParkedCause::as_str))
    .bind::<Nullable<Text>, _>(parked.traceparent)
    .bind::<Binary, _>(parked.payload)
    .execute(conn)
    .await?;
    Ok(())
}

/// At most `limit` parked messages, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list_parked(conn: &mut Conn, filter: &ParkedFilter, limit: i64) -> Result<Vec<ParkedMessage>> {
    let rows = diesel::sql_query(format!(
        "select {COLUMNS} from parked
         where ($1 is null or queue = $1) and ($2 is null or kind = $2) and ($3 is null or state = $3)
           and ($4 is null or id < $4) and ($5 is null or cause = $5)
         order by id desc limit $6"
    ))
    .bind::<Nullable<Text>, _>(&filter.queue)
    .bind::<Nullable<Text>, _>(&filter.kind)
    .bind::<Nullable<Text>, _>(filter.state.map(ParkedState::as_str))
    .bind::<Nullable<SqlUuid>, _>(filter.after)
    .bind::<Nullable<Text>, _>(filter.cause.map(ParkedCause::as_str))
    .bind::<BigInt, _>(limit)
    .load::<Row>(conn)
    .await?;
    Ok(rows.into_iter().map(ParkedMessage::from).collect())
}

/// What was parked of these events, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn parked_events(conn: &mut Conn, event_ids: &[Uuid]) -> Result<Vec<ParkedMessage>> {
    let ids: Vec<String> = event_ids.iter().map(Uuid::to_string).collect();
    let statement = format!("select {COLUMNS} from parked where event_id = any($1) order by id");
    let rows = diesel::sql_query(statement)
        .bind::<Array<Text>, _>(ids)
        .load::<Row>(conn)
        .await?;
    Ok(rows.into_iter().map(ParkedMessage::from).collect())
}

/// The parked message of that id.
///
/// # Errors
/// When the database fails.
pub async fn find_parked(conn: &mut Conn, id: Uuid) -> Result<Option<ParkedMessage>> {
    one(conn, id, "").await
}

/// The parked message of that id, locked until the transaction ends.
pub(super) async fn lock(tx: &mut Conn, id: Uuid) -> Result<Option<ParkedMessage>> {
    one(tx, id, "for update").await
}

async fn one(conn: &mut Conn, id: Uuid, lock: &str) -> Result<Option<ParkedMessage>> {
    let row = diesel::sql_query(format!("select {COLUMNS} from parked where id = $1 {lock}"))
        .bind::<SqlUuid, _>(id)
        .get_result::<Row>(conn)
        .await
        .optional()?;
    Ok(row.map(ParkedMessage::from))
}

/// What is to be replayed to these queues, oldest first, behind the row `after`.
pub(super) async fn to_replay(
    conn: &mut Conn,
    queues: &[&str],
    after: Uuid,
    limit: i64,
) -> Result<Vec<ParkedMessage>> {
    let rows = diesel::sql_query(format!(
        "select {COLUMNS} from parked where state = 'replaying' and queue = any($1) and id > $2
         order by id limit $3"
    ))
    .bind::<Array<Text>, _>(queues)
    .bind::<SqlUuid, _>(after)
    .bind::<BigInt, _>(limit)
    .load::<Row>(conn)
    .await?;
    Ok(rows.into_iter().map(ParkedMessage::from).collect())
}

/// Gives replays up whose queue is not among these, and answers how many. Only old ones: in a rolling deploy another
/// build may read the queue.
pub(super) async fn return_unread(conn: &mut Conn, queues: &[&str]) -> Result<usize> {
    Ok(diesel::sql_query(
        "update parked set state = 'parked', reason = left('its queue is no longer read; before: ' || reason, 500)
         where state = 'replaying' and queue <> all($1) and not exists (
            select from parked_audit where parked_id = parked.id and at > now() - interval '10 minutes')",
    )
    .bind::<Array<Text>, _>(queues)
    .execute(conn)
    .await?)
}

/// Moves messages on that still stand at `from`, and answers how many.
pub(super) async fn advance(
    conn: &mut Conn,
    ids: &[Uuid],
    from: ParkedState,
    to: ParkedState,
) -> Result<usize> {
    let statement = "update parked set state = $3 where id = any($1) and state = $2";
    Ok(diesel::sql_query(statement)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Text, _>(from.as_str())
        .bind::<Text, _>(to.as_str())
        .execute(conn)
        .await?)
}

/// The messages of a queue that wait for a decision, all or those of one cause, locked until the transaction ends.
pub(super) async fn lock_waiting(
    tx: &mut Conn,
    queue: &str,
    cause: Option<ParkedCause>,
) -> Result<Vec<Uuid>> {
    #[derive(diesel::QueryableByName)]
    struct Waiting {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }

    let statement =
        "select id from parked where queue = $1 and state = 'parked' and ($2 is null or cause = $2)
        order by id for update";
    let rows = diesel::sql_query(statement)
        .bind::<Text, _>(queue)
        .bind::<Nullable<Text>, _>(cause.map(ParkedCause::as_str))
        .load::<Waiting>(tx)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// How many messages wait for a decision, by queue.
///
/// # Errors
/// When the database fails.
pub async fn count_parked(conn: &mut Conn) -> Result<HashMap<String, i64>> {
    #[derive(diesel::QueryableByName)]
    struct Waiting {
        #[diesel(sql_type = Text)]
        queue: String,
        #[diesel(sql_type = BigInt)]
        count: i64,
    }

    let statement = "select queue, count(*) as count from parked where state = 'parked' group by queue";
    let rows = diesel::sql_query(statement).load::<Waiting>(conn).await?;
    Ok(rows.into_iter().map(|row| (row.queue, row.count)).collect())
}

/// Writes down who decided what.
pub(super) async fn audit(tx: &mut Conn, ids: &[Uuid], action: &str, actor_id: Uuid) -> Result<()> {
    let own: Vec<Uuid> = ids.iter().map(|_| Uuid::now_v7()).collect();
    diesel::sql_query(
        "insert into parked_audit (id, parked_id, action, actor_id)
         select own, parked_id, $3, $4 from unnest($1, $2) as decided (own, parked_id)",
    )
    .bind::<Array<SqlUuid>, _>(own)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Text, _>(action)
    .bind::<SqlUuid, _>(actor_id)
    .execute(tx)
    .await?;
    Ok(())
}

/// What was decided about a message, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn audit_of_parked(conn: &mut Conn, id: Uuid) -> Result<Vec<ParkedDecision>> {
    let rows = diesel::sql_query(
        "select action, actor_id, at from parked_audit where parked_id = $1 order by id limit 100",
    )
    .bind::<SqlUuid, _>(id)
    .load::<AuditRow>(conn)
    .await?;
    let decision = |row: AuditRow| ParkedDecision {
        action: row.action,
        actor_id: row.actor_id,
        at: row.at,
    };
    Ok(rows.into_iter().map(decision).collect())
}
