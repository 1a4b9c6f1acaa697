//! Cancelled order items on their way back to stock.

use diesel::dsl::now;
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use diesel_async::RunQueryDsl;
use souk_db::Conn;
use uuid::Uuid;

use super::schema::stock_returns;
use crate::Result;
use crate::domain::{Returned, VariationId};

/// Writes down that an item comes back; nothing when that is known.
pub async fn insert(tx: &mut Conn, returned: &Returned) -> Result<()> {
    diesel::insert_into(stock_returns::table)
        .values((
            stock_returns::order_item_id.eq(returned.order_item_id),
            stock_returns::variation_id.eq(returned.variation_id.0),
            stock_returns::quantity.eq(returned.quantity),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(())
}

/// Up to `limit` items that are not back yet, the longest waiting first; no other replica gets them.
pub async fn lock_waiting(tx: &mut Conn, limit: i64) -> Result<Vec<Returned>> {
    let rows: Vec<(Uuid, Uuid, i32)> = stock_returns::table
        .filter(stock_returns::applied_at.is_null())
        .order(stock_returns::created_at)
        .limit(limit)
        .select((
            stock_returns::order_item_id,
            stock_returns::variation_id,
            stock_returns::quantity,
        ))
        .for_update()
        .skip_locked()
        .load(tx)
        .await?;
    let returned = |(order_item_id, variation, quantity)| Returned {
        order_item_id,
        variation_id: VariationId(variation),
        quantity,
    };
    Ok(rows.into_iter().map(returned).collect())
}

/// Marks items as back.
pub async fn finish(tx: &mut Conn, returned: &[Returned]) -> Result<()> {
    let ids = returned.iter().map(|item| item.order_item_id);
    diesel::update(stock_returns::table.filter(stock_returns::order_item_id.eq_any(ids)))
        .set(stock_returns::applied_at.eq(now.into_sql::<Timestamptz>().nullable()))
        .execute(tx)
        .await?;
    Ok(())
}
