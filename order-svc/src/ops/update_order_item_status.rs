//! Move one item of an order.

use chrono::Utc;
use souk_db::Conn;
use uuid::Uuid;

use super::keep_change::keep_change;
use crate::domain::{By, Order, OrderError, Step};
use crate::{Result, store};

/// Lets the owner of the shop move an item, or an operator end it where the owner is gone; taking the same step twice
/// changes nothing.
///
/// # Errors
/// [`OrderError`] when the caller does not own the shop, or the item cannot go that way.
pub async fn update_order_item_status(
    tx: &mut Conn,
    by: By,
    item_id: Uuid,
    step: Step,
    owner_is_gone: bool,
) -> Result<Order> {
    let mut order = store::orders::lock_by_item(tx, item_id)
        .await?
        .ok_or(OrderError::NotFound)?;
    let change = order.move_item(by, item_id, step, owner_is_gone, Utc::now())?;
    keep_change(tx, &order, change).await?;
    Ok(order)
}
