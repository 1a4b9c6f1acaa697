//! Lock a customer's cart, the way every change of it begins.

use souk_db::Conn;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use crate::domain::Cart;
use crate::{Result, store};

/// The cart, locked, if its customer may have one.
///
/// The owner rule is asked after the lock: whoever makes an owner empties the cart under the same lock.
pub(super) async fn lock_cart(tx: &mut Conn, rule: OwnerRule, user_id: Uuid) -> Result<Cart> {
    let cart = store::carts::lock(tx, user_id).await?;
    cart.admit(rule.bars(tx, user_id).await?)?;
    Ok(cart)
}
