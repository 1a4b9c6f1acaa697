//! An ordered item moved on.

use souk_db::Conn;

use crate::domain::{NewOrderItem, OrderItemChange};
use crate::{Result, store};

/// Keeps where an item stands, unless it is further already; an item that is not here yet is added.
///
/// Of an account that was erased before the event came, neither the customer nor the reason is kept.
pub async fn move_order_item(tx: &mut Conn, item: &NewOrderItem, change: &OrderItemChange) -> Result<()> {
    store::accounts::share_erasures(tx).await?;
    if !store::accounts::is_erased(tx, item.customer_id).await? {
        return store::order_items::keep_state(tx, item, Some(item.customer_id), change).await;
    }
    let change = OrderItemChange {
        reason: None,
        ..change.clone()
    };
    store::order_items::keep_state(tx, item, None, &change).await
}
