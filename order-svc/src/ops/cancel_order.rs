//! Cancel an order.

use chrono::Utc;
use souk_db::Conn;
use uuid::Uuid;

use super::keep_change::keep_change;
use crate::domain::{By, Order, OrderError};
use crate::{Result, store};

/// Cancels all items of an order; asking twice changes nothing.
///
/// # Errors
/// [`OrderError`] when it is not the caller's to cancel, or something has left.
pub async fn cancel_order(tx: &mut Conn, by: By, id: Uuid, reason: Option<String>) -> Result<Order> {
    let mut order = store::orders::lock(tx, id).await?.ok_or(OrderError::NotFound)?;
    let change = order.cancel(by, reason, Utc::now())?;
    keep_change(tx, &order, change).await?;
    Ok(order)
}
