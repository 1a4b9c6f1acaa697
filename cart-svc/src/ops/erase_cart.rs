//! Erase the cart of an account that is gone.

use souk_db::Conn;
use uuid::Uuid;

use crate::{Result, store};

/// Empties the cart for good, whether or not it was there, and forgets what else is kept of the account.
///
/// # Errors
/// When the database fails.
pub async fn erase_cart(tx: &mut Conn, user_id: Uuid) -> Result<()> {
    let before = store::carts::lock(tx, user_id).await?;
    let mut cart = before.clone();
    cart.erase();
    store::applied::forget(tx, user_id).await?;
    souk_outbox::erase_user(tx, user_id).await?;
    Ok(store::carts::save(tx, &before, &cart).await?)
}
