//! Keep what a customer is shown.

use souk_db::Conn;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use super::lock_cart::lock_cart;
use crate::domain::{CartView, Offers};
use crate::{Result, store};

/// Shows a cart by live offers and keeps the terms it shows.
///
/// # Errors
/// [`crate::domain::CartError`] when the customer may have no cart.
pub async fn show_cart(tx: &mut Conn, rule: OwnerRule, user_id: Uuid, offers: &Offers) -> Result<CartView> {
    let before = lock_cart(tx, rule, user_id).await?;
    let mut cart = before.clone();
    let view = cart.show(offers);
    store::carts::save(tx, &before, &cart).await?;
    Ok(view)
}
