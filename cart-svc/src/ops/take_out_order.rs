//! Take one order out of the cart it came from.

use souk_db::Conn;
use uuid::Uuid;

use super::take_out_orders::take_out_orders;
use crate::Result;
use crate::domain::Order;

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
    let order = Order {
        id: order_id,
        user_id,
        lines: lines.to_vec(),
    };
    take_out_orders(tx, &[order]).await
}
