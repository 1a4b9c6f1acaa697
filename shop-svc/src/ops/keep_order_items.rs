//! Something was ordered.

use souk_db::Conn;

use crate::domain::{ItemLine, NewOrderItem};
use crate::{Result, store};

/// Adds an item to its shop's list, or what it is called when a change of status was here first.
pub async fn keep_order_item(tx: &mut Conn, item: &NewOrderItem, line: &ItemLine) -> Result<()> {
    store::order_items::keep_line(tx, item, line).await
}
