//! Take orders out of the carts they came from.

use souk_db::Conn;

use crate::domain::Order;
use crate::{Result, store};

/// Takes out so many pieces of each line, once per order.
///
/// # Errors
/// When the database fails.
pub async fn take_out_orders(tx: &mut Conn, orders: &[Order]) -> Result<()> {
    Ok(store::carts::take_out(tx, orders).await?)
}
