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
    let before = store::carts::lock(tx, user_id).await?;
    if before.is_erased || !store::applied::record(tx, user_id, order_id).await? {
        return Ok(());
    }
    let mut cart = before.clone();
    cart.take_out(lines);
    Ok(store::carts::save(tx, &before, &cart).await?)
}
