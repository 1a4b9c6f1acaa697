//! Cancel one item of an order.

use chrono::Utc;
use souk_db::Conn;
use uuid::Uuid;

use super::keep_change::keep_change;
use crate::domain::{By, Order, OrderError};
use crate::{Result, store};

/// Cancels one item for its customer; asking twice changes nothing.
///
/// # Errors
/// [`OrderError`] when it is not the caller's to cancel, or the item has left.
pub async fn cancel_order_item(
    tx: &mut Conn,
    by: By,
    item_id: Uuid,
    reason: Option<String>,
) -> Result<Order> {
    let mut order = store::orders::lock_by_item(tx, item_id)
        .await?
        .ok_or(OrderError::NotFound)?;
    let change = order.cancel_item(by, item_id, reason, Utc::now())?;
    keep_change(tx, &order, change).await?;
    Ok(order)
}
