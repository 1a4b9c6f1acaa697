//! What operators did to orders.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::operator_actions;
use crate::domain::{Change, OperatorAction};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = operator_actions)]
struct ActionRow {
    id: Uuid,
    order_id: Uuid,
    item_id: Uuid,
    operator_id: Uuid,
    at: DateTime<Utc>,
    from_status: String,
    to_status: String,
    reason: Option<String>,
}

/// Writes down each item that an operator moved; nothing when somebody else did.
pub async fn append(tx: &mut Conn, order_id: Uuid, change: &Change) -> Result<(), DbError> {
    let rows: Vec<ActionRow> = change
        .operator_actions()
        .map(|action| ActionRow {
            id: action.id,
            order_id,
            item_id: action.item_id,
            operator_id: action.operator_id,
            at: action.at,
            from_status: action.from,
            to_status: action.to,
            reason: action.reason,
        })
        .collect();
    if !rows.is_empty() {
        diesel::insert_into(operator_actions::table)
            .values(rows)
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// What operators did to an order, oldest first.
pub async fn of(conn: &mut Conn, order_id: Uuid) -> Result<Vec<OperatorAction>, DbError> {
    let rows: Vec<ActionRow> = operator_actions::table
        .filter(operator_actions::order_id.eq(order_id))
        .order(operator_actions::id)
        .select(ActionRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(OperatorAction::from).collect())
}

impl From<ActionRow> for OperatorAction {
    fn from(row: ActionRow) -> Self {
        Self {
            id: row.id,
            item_id: row.item_id,
            operator_id: row.operator_id,
            at: row.at,
            from: row.from_status,
            to: row.to_status,
            reason: row.reason,
        }
    }
}
