//! Change how many pieces a line holds.

use souk_db::Conn;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use super::lock_cart::lock_cart;
use crate::domain::{CartView, Offers};
use crate::{Result, store};

/// What a customer wants to change.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The line.
    pub line_id: Uuid,
    /// How many pieces it shall hold.
    pub quantity: i32,
    /// The versions of the cart that this is meant for; any, when `None`.
    pub versions: Option<&'a [i64]>,
}

/// Sets the quantity of a line, and shows that line as it is now.
///
/// # Errors
/// [`crate::domain::CartError`] says why it cannot be changed.
pub async fn change_item(
    tx: &mut Conn,
    rule: OwnerRule,
    user_id: Uuid,
    change: Change<'_>,
    offers: &Offers,
) -> Result<CartView> {
    let before = lock_cart(tx, rule, user_id).await?;
    let mut cart = before.clone();
    cart.line(change.line_id)?;
    cart.expect(change.versions)?;
    cart.set_quantity(change.line_id, change.quantity, offers)?;
    let mut view = cart.show(offers);
    store::carts::save(tx, &before, &cart).await?;
    view.lines.retain(|shown| shown.line.id == change.line_id);
    Ok(view)
}
