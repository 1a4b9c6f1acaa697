//! The lines of carts.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use souk_contracts::{Currency, Money};
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::cart_lines;
use crate::domain::{Line, Proposal, Terms};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = cart_lines)]
pub(super) struct LineRow {
    id: Uuid,
    user_id: Uuid,
    variation_id: Uuid,
    quantity: i32,
    price_amount: i64,
    price_currency: String,
    proposed_quantity: Option<i32>,
    proposed_amount: Option<i64>,
    added_at: DateTime<Utc>,
}

impl LineRow {
    fn of(user_id: Uuid, line: &Line) -> Self {
        let (proposed_quantity, proposed_amount) = match line.proposal {
            None => (None, None),
            Some(Proposal::Gone) => (Some(0), Some(0)),
            Some(Proposal::Instead(terms)) => (Some(terms.quantity), Some(terms.unit_price.amount)),
        };
        Self {
            id: line.id,
            user_id,
            variation_id: line.variation_id,
            quantity: line.terms.quantity,
            price_amount: line.terms.unit_price.amount,
            price_currency: line.terms.unit_price.currency.to_string(),
            proposed_quantity,
            proposed_amount,
            added_at: line.added_at,
        }
    }
}

impl TryFrom<LineRow> for Line {
    type Error = diesel::result::Error;

    fn try_from(row: LineRow) -> Result<Self, Self::Error> {
        let currency: Currency = row
            .price_currency
            .parse()
            .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
        let terms = |quantity, amount| Terms {
            quantity,
            unit_price: Money::new(amount, currency),
        };
        let proposed = row.proposed_quantity.zip(row.proposed_amount);
        Ok(Self {
            id: row.id,
            variation_id: row.variation_id,
            terms: terms(row.quantity, row.price_amount),
            proposal: proposed.map(|(quantity, amount)| Proposal::of(Some(terms(quantity, amount)))),
            added_at: row.added_at,
        })
    }
}

pub(super) async fn of_cart(conn: &mut Conn, user_id: Uuid) -> Result<Vec<Line>, DbError> {
    let rows = cart_lines::table
        .filter(cart_lines::user_id.eq(user_id))
        .order((cart_lines::added_at, cart_lines::id))
        .select(LineRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Line::try_from).collect::<Result<_, _>>()?)
}

/// Deletes what is gone, and writes what is new or changed by one statement.
pub(super) async fn save(
    tx: &mut Conn,
    user_id: Uuid,
    before: &[Line],
    after: &[Line],
) -> Result<(), DbError> {
    let stays = |line: &Line| after.iter().any(|other| other.id == line.id);
    let gone: Vec<Uuid> = before
        .iter()
        .filter(|line| !stays(line))
        .map(|line| line.id)
        .collect();
    if !gone.is_empty() {
        diesel::delete(cart_lines::table.filter(cart_lines::id.eq_any(gone)))
            .execute(tx)
            .await?;
    }
    let changed = after.iter().filter(|line| !before.contains(line));
    let rows: Vec<LineRow> = changed.map(|line| LineRow::of(user_id, line)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(cart_lines::table)
        .values(rows)
        .on_conflict(cart_lines::id)
        .do_update()
        .set((
            cart_lines::quantity.eq(excluded(cart_lines::quantity)),
            cart_lines::price_amount.eq(excluded(cart_lines::price_amount)),
            cart_lines::price_currency.eq(excluded(cart_lines::price_currency)),
            cart_lines::proposed_quantity.eq(excluded(cart_lines::proposed_quantity)),
            cart_lines::proposed_amount.eq(excluded(cart_lines::proposed_amount)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}
