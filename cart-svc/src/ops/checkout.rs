//! Hand a cart to an order.

use souk_db::Conn;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use super::lock_cart::lock_cart;
use super::take_out_order::take_out_order;
use crate::domain::Cart;
use crate::{Result, store};

/// An order as the cart sees it: its id, and pieces by line.
pub type Ordered<'a> = (Uuid, &'a [(Uuid, i32)]);

/// The cart as it may be ordered: without the last order, and with its last proposal if that is accepted.
///
/// # Errors
/// [`crate::domain::CartError`] when the customer may have no cart.
pub async fn checkout(
    tx: &mut Conn,
    rule: OwnerRule,
    user_id: Uuid,
    last_order: Option<Ordered<'_>>,
    accept_changes: bool,
) -> Result<Cart> {
    if let Some((order_id, lines)) = last_order {
        take_out_order(tx, user_id, order_id, lines).await?;
    }
    let before = lock_cart(tx, rule, user_id).await?;
    let mut cart = before.clone();
    if accept_changes {
        cart.accept();
        store::carts::save(tx, &before, &cart).await?;
    }
    Ok(cart)
}
