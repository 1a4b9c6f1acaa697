//! Reservations after they were made.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_contracts::OpenEnum;
use souk_db::{Conn, prepared};
use uuid::Uuid;

use super::schema::reservations;
use crate::domain::{Reservation, ReservationId, ReservationStatus, UserId};
use crate::{Error, Result};

/// The primary key, as Postgres names it in a refusal.
pub const KEY: &str = "reservations_pkey";

#[derive(Queryable, Selectable)]
#[diesel(table_name = reservations)]
struct ReservationRow {
    id: Uuid,
    user_id: Option<Uuid>,
    lines: Value,
    status: String,
    expires_at: DateTime<Utc>,
}

impl TryFrom<ReservationRow> for Reservation {
    type Error = Error;

    fn try_from(row: ReservationRow) -> Result<Self> {
        let unreadable = || Error::Unreadable("reservations");
        Ok(Self {
            id: ReservationId(row.id),
            user_id: row.user_id.map(UserId),
            lines: serde_json::from_value(row.lines).map_err(|_| unreadable())?,
            status: OpenEnum::read(&row.status),
            expires_at: row.expires_at,
        })
    }
}

/// Those of these reservations that are known.
pub async fn find(conn: &mut Conn, ids: impl IntoIterator<Item = ReservationId>) -> Result<Vec<Reservation>> {
    let ids: Vec<Uuid> = ids.into_iter().map(|id| id.0).collect();
    let rows = reservations::table
        .filter(reservations::id.eq_any(ids))
        .select(ReservationRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Reservation::try_from).collect()
}

#[derive(QueryableByName)]
struct Sold {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Turns held reservations into sales, each to its order, with their entries in the ledger; answers those that were
/// held.
///
/// One statement, because every order passes here. The stock itself does not move, so its rows are not locked.
pub async fn sell(tx: &mut Conn, sales: &[(ReservationId, Option<Uuid>)]) -> Result<HashSet<ReservationId>> {
    // The first order has it.
    let mut orders = BTreeMap::new();
    for (id, order_id) in sales {
        orders.entry(id.0).or_insert(*order_id);
    }
    let sold: Vec<Sold> = prepared(
        diesel::sql_query(
            "with sold as (
                 update reservations r set status = 'sold', order_id = sale.order_id, ended_at = now()
                 from unnest($1, $2) as sale (id, order_id)
                 where r.id = sale.id and r.status = 'held'
                 returning r.id, r.lines
             ), entries as (
                 insert into stock_ledger (variation_id, delta, reason, reference_id)
                 select line.variation_id, pair.sign * line.quantity, pair.reason, sold.id
                 from sold
                 cross join jsonb_to_recordset(sold.lines) as line (variation_id uuid, quantity integer)
                 cross join (values (1, 'release'), (-1, 'sell')) as pair (sign, reason)
                 order by pair.sign desc
             )
             select id from sold",
        )
        .bind::<Array<SqlUuid>, _>(orders.keys().collect::<Vec<_>>())
        .bind::<Array<Nullable<SqlUuid>>, _>(orders.values().collect::<Vec<_>>()),
    )
    .load(tx)
    .await?;
    Ok(sold.into_iter().map(|sold| ReservationId(sold.id)).collect())
}

/// Ends a held reservation without a sale; `false` when it was not held.
pub async fn end(tx: &mut Conn, id: ReservationId) -> Result<bool> {
    let rows = diesel::update(reservations::table.find(id.0))
        .filter(reservations::status.eq(ReservationStatus::Held.as_str()))
        .set((
            reservations::status.eq(ReservationStatus::Released.as_str()),
            reservations::ended_at.eq(now.into_sql::<Timestamptz>().nullable()),
        ))
        .execute(tx)
        .await?;
    Ok(rows == 1)
}

/// Writes down that a reservation ended before it was asked for; `false` when it is known already.
pub async fn bar(tx: &mut Conn, id: ReservationId, at: DateTime<Utc>) -> Result<bool> {
    let rows = diesel::insert_into(reservations::table)
        .values((
            reservations::id.eq(id.0),
            reservations::lines.eq(Value::Array(Vec::new())),
            reservations::status.eq(ReservationStatus::Released.as_str()),
            reservations::expires_at.eq(at),
            reservations::next_ask_at.eq(at),
            reservations::ended_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(rows == 1)
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Up to `limit` reservations that have outlived their time, put off by `seconds` so that no other replica asks
/// about them meanwhile.
pub async fn claim_due(tx: &mut Conn, limit: i32, seconds: i32) -> Result<Vec<ReservationId>> {
    let due = prepared(
        diesel::sql_query(
            "update reservations set next_ask_at = now() + make_interval(secs => $2)
             where id in (
                 select id from reservations
                 where status = 'held' and next_ask_at <= now()
                 order by next_ask_at limit $1
                 for update skip locked
             )
             returning id",
        )
        .bind::<Integer, _>(limit)
        .bind::<Integer, _>(seconds),
    )
    .load::<Due>(tx)
    .await?;
    Ok(due.into_iter().map(|due| ReservationId(due.id)).collect())
}
