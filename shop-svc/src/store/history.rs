//! The history of shops.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_contracts::OpenEnum;
use souk_db::Conn;
use uuid::Uuid;

use super::schema::shop_history;
use crate::Result;
use crate::domain::{KeptStep, Step};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = shop_history)]
struct StepRow {
    id: Uuid,
    shop_id: Uuid,
    action: String,
    from_status: Option<String>,
    to_status: String,
    actor_id: Option<Uuid>,
    reason: Option<String>,
    at: DateTime<Utc>,
}

impl From<&Step> for StepRow {
    fn from(step: &Step) -> Self {
        Self {
            id: step.id,
            shop_id: step.shop_id,
            action: step.action.as_str().to_owned(),
            from_status: step.from.map(|status| status.as_str().to_owned()),
            to_status: step.to.as_str().to_owned(),
            actor_id: step.actor_id,
            reason: step.reason.clone(),
            at: step.at,
        }
    }
}

impl From<StepRow> for KeptStep {
    fn from(row: StepRow) -> Self {
        Self {
            id: row.id,
            action: OpenEnum::read(&row.action),
            from: row.from_status.as_deref().map(OpenEnum::read),
            to: OpenEnum::read(&row.to_status),
            actor_id: row.actor_id,
            reason: row.reason,
            at: row.at,
        }
    }
}

/// Adds a step.
pub async fn insert(tx: &mut Conn, step: &Step) -> Result<()> {
    diesel::insert_into(shop_history::table)
        .values(StepRow::from(step))
        .execute(tx)
        .await?;
    Ok(())
}

/// The steps of a shop from the first to the last.
pub async fn list(conn: &mut Conn, shop_id: Uuid, after: Option<Uuid>, limit: i64) -> Result<Vec<KeptStep>> {
    let rows: Vec<StepRow> = shop_history::table
        .filter(shop_history::shop_id.eq(shop_id))
        .filter(shop_history::id.gt(after.unwrap_or(Uuid::nil())))
        .select(StepRow::as_select())
        .order(shop_history::id)
        .limit(limit)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(KeptStep::from).collect())
}
