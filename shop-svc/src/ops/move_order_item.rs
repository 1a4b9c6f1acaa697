//! An ordered item moved on.

use souk_db::Conn;

use crate::domain::{NewOrderItem, OrderItemChange};
use crate::{Result, store};

/// Keeps where an item stands, unless it is further already; an item that is not here yet is added.
pub async fn move_order_item(tx: &mut Conn, item: &NewOrderItem, change: &OrderItemChange) -> Result<()> {
    store::order_items::keep_state(tx, item, change).await
}
