//! Hand a cart to an order.

use souk_db::Conn;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use super::lock_cart::lock_cart;
use super::take_out_orders::take_out_orders;
use crate::domain::{Cart, Order};
use crate::{Result, store};

/// The cart as it may be ordered: without the last order, and with its last proposal if that is accepted.
///
/// # Errors
/// [`crate::domain::CartError`] when the customer may have no cart.
pub async fn checkout(
    tx: &mut Conn,
    rule: OwnerRule,
    user_id: Uuid,
    last_order: Option<&Order>,
    accept_changes: bool,
) -> Result<Cart> {
    if let Some(order) = last_order {
        take_out_orders(tx, std::slice::from_ref(order)).await?;
    }
    let before = lock_cart(tx, rule, user_id).await?;
    let mut cart = before.clone();
    if accept_changes {
        cart.accept();
        store::carts::save(tx, &before, &cart).await?;
    }
    Ok(cart)
}
