//! The stories of orders.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_contracts::OpenEnum;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::timeline;
use crate::domain::{Actor, Entry};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = timeline)]
struct EntryRow {
    order_id: Uuid,
    id: Uuid,
    at: DateTime<Utc>,
    actor: String,
    actor_id: Uuid,
    what: String,
    item_id: Option<Uuid>,
    reason: Option<String>,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        Self {
            id: row.id,
            at: row.at,
            actor: Actor::from_parts(&row.actor, row.actor_id),
            what: OpenEnum::read(&row.what),
            item_id: row.item_id,
            reason: row.reason,
        }
    }
}

/// Adds to an order's story.
pub async fn append(tx: &mut Conn, order_id: Uuid, entries: &[Entry]) -> Result<(), DbError> {
    let rows: Vec<EntryRow> = entries
        .iter()
        .map(|entry| EntryRow {
            order_id,
            id: entry.id,
            at: entry.at,
            actor: entry.actor.as_str().to_owned(),
            actor_id: entry.actor.user_id(),
            what: entry.what.as_str().to_owned(),
            item_id: entry.item_id,
            reason: entry.reason.clone(),
        })
        .collect();
    diesel::insert_into(timeline::table)
        .values(rows)
        .execute(tx)
        .await?;
    Ok(())
}

/// The story of one order, oldest first.
pub async fn of(conn: &mut Conn, order_id: Uuid) -> Result<Vec<Entry>, DbError> {
    Ok(of_all(conn, &[order_id])
        .await?
        .remove(&order_id)
        .unwrap_or_default())
}

/// The stories of these orders, each oldest first.
pub async fn of_all(conn: &mut Conn, order_ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Entry>>, DbError> {
    let rows: Vec<EntryRow> = timeline::table
        .filter(timeline::order_id.eq_any(order_ids))
        .order(timeline::id)
        .select(EntryRow::as_select())
        .load(conn)
        .await?;
    let mut stories: HashMap<Uuid, Vec<Entry>> = HashMap::new();
    for row in rows {
        stories.entry(row.order_id).or_default().push(row.into());
    }
    Ok(stories)
}

/// When items of a user's orders moved: each time an event may have told a reason.
pub async fn times_of_user(conn: &mut Conn, user_id: Uuid) -> Result<Vec<DateTime<Utc>>, DbError> {
    use super::schema::orders;

    let theirs = orders::table
        .filter(orders::user_id.eq(user_id))
        .select(orders::id);
    let times = timeline::table
        .filter(timeline::order_id.eq_any(theirs))
        .filter(timeline::item_id.is_not_null())
        .select(timeline::at)
        .load(conn)
        .await?;
    Ok(times)
}

/// Blanks what a customer who is gone wrote.
pub async fn forget_user(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    use super::schema::orders;

    let theirs = orders::table
        .filter(orders::user_id.eq(user_id))
        .select(orders::id);
    diesel::update(
        timeline::table
            .filter(timeline::order_id.eq_any(theirs))
            .filter(timeline::actor_id.eq(user_id)),
    )
    .set(timeline::reason.eq(None::<String>))
    .execute(tx)
    .await?;
    Ok(())
}
