//! The event log.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

use super::schema::event_log;
use crate::domain::{LoggedEvent, ShopId, UserId};

const APPEND: &str = "
insert into event_log (id, type, source, subject, time, schema, aggregate_version, user_id, shop_id,
    correlation_id, causation_id, data)
select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (id) do nothing
returning id";

#[derive(QueryableByName)]
struct Fresh {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = event_log)]
struct EventRow {
    id: Uuid,
    kind: String,
    source: String,
    subject: String,
    time: DateTime<Utc>,
    schema: String,
    aggregate_version: Option<i64>,
    user_id: Option<Uuid>,
    shop_id: Option<Uuid>,
    correlation_id: Option<String>,
    causation_id: Option<String>,
    data: Value,
}

impl From<EventRow> for LoggedEvent {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            source: row.source,
            subject: row.subject,
            time: row.time,
            schema: row.schema,
            aggregate_version: row.aggregate_version,
            user_id: row.user_id.map(UserId),
            shop_id: row.shop_id.map(ShopId),
            correlation_id: row.correlation_id,
            causation_id: row.causation_id,
            data: row.data,
        }
    }
}

/// Appends events and answers the ids of those that were not in the log before.
pub async fn append(tx: &mut Conn, events: &[LoggedEvent]) -> Result<HashSet<Uuid>, DbError> {
    fn column<'a, T>(events: &'a [LoggedEvent], value: impl Fn(&'a LoggedEvent) -> T) -> Vec<T> {
        events.iter().map(value).collect()
    }
    let fresh = prepared(
        diesel::sql_query(APPEND)
            .bind::<Array<SqlUuid>, _>(column(events, |event| event.id))
            .bind::<Array<Text>, _>(column(events, |event| event.kind.as_str()))
            .bind::<Array<Text>, _>(column(events, |event| event.source.as_str()))
            .bind::<Array<Text>, _>(column(events, |event| event.subject.as_str()))
            .bind::<Array<Timestamptz>, _>(column(events, |event| event.time))
            .bind::<Array<Text>, _>(column(events, |event| event.schema.as_str()))
            .bind::<Array<Nullable<BigInt>>, _>(column(events, |event| event.aggregate_version))
            .bind::<Array<Nullable<SqlUuid>>, _>(column(events, |event| event.user_id.map(|id| id.0)))
            .bind::<Array<Nullable<SqlUuid>>, _>(column(events, |event| event.shop_id.map(|id| id.0)))
            .bind::<Array<Nullable<Text>>, _>(column(events, |event| event.correlation_id.as_deref()))
            .bind::<Array<Nullable<Text>>, _>(column(events, |event| event.causation_id.as_deref()))
            .bind::<Array<Jsonb>, _>(column(events, |event| &event.data)),
    )
    .load::<Fresh>(tx)
    .await?;
    Ok(fresh.into_iter().map(|row| row.id).collect())
}

/// Which events to list.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Of this type only.
    pub kind: Option<String>,
    /// About this account only.
    pub user_id: Option<Uuid>,
    /// About this shop only.
    pub shop_id: Option<Uuid>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

/// The place of an event in the log's order.
pub type Place = (DateTime<Utc>, Uuid);

/// Events from the newest on, after a place.
pub async fn page(
    conn: &mut Conn,
    filter: EventFilter,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<LoggedEvent>, DbError> {
    let mut events = event_log::table.select(EventRow::as_select()).into_boxed::<Pg>();
    if let Some(kind) = filter.kind {
        events = events.filter(event_log::kind.eq(kind));
    }
    if let Some(user_id) = filter.user_id {
        events = events.filter(event_log::user_id.eq(user_id));
    }
    if let Some(shop_id) = filter.shop_id {
        events = events.filter(event_log::shop_id.eq(shop_id));
    }
    if let Some(from) = filter.from {
        events = events.filter(event_log::time.ge(from));
    }
    if let Some(until) = filter.until {
        events = events.filter(event_log::time.lt(until));
    }
    if let Some((time, id)) = after {
        // The first comparison is implied by the second; it is there for the index.
        let before = event_log::time.lt(time).or(event_log::id.lt(id));
        events = events.filter(event_log::time.le(time)).filter(before);
    }
    let rows = events
        .order((event_log::time.desc(), event_log::id.desc()))
        .limit(limit)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(EventRow::into).collect())
}

/// Events from the oldest on, after a place: the way through the whole log.
pub async fn chunk(conn: &mut Conn, after: Option<Place>, limit: i64) -> Result<Vec<LoggedEvent>, DbError> {
    let mut events = event_log::table.select(EventRow::as_select()).into_boxed::<Pg>();
    if let Some((time, id)) = after {
        let later = event_log::time.gt(time).or(event_log::id.gt(id));
        events = events.filter(event_log::time.ge(time)).filter(later);
    }
    let rows = events
        .order((event_log::time.asc(), event_log::id.asc()))
        .limit(limit)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(EventRow::into).collect())
}
