//! Something was ordered.

use souk_db::Conn;

use crate::domain::{ItemLine, NewOrderItem};
use crate::{Result, store};

/// Adds items to their shops' lists, or what they are called where a change of status was here first.
pub async fn keep_order_items(tx: &mut Conn, items: &[(NewOrderItem, ItemLine)]) -> Result<()> {
    store::accounts::share_erasures(tx).await?;
    store::order_items::keep_lines(tx, items).await
}
