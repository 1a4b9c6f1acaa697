//! Take an order out of the cart it came from.

use souk_db::Conn;
use uuid::Uuid;

use crate::{Result, store};

/// Takes out so many pieces of each line, once per order.
///
/// # Errors
/// When the database fails.
pub async fn take_out_order(
    tx: &mut Conn,
    user_id: Uuid,
    order_id: Uuid,
    lines: &[(Uuid, i32)],
) -> Result<()> {
    Ok(store::carts::take_out(tx, user_id, order_id, lines).await?)
}
