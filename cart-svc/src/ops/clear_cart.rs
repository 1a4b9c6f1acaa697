//! Empty a cart.

use souk_db::Conn;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use super::lock_cart::lock_cart;
use crate::{Result, store};

/// Takes all lines out; an empty cart stays as it is.
///
/// # Errors
/// [`crate::domain::CartError`] when the cart has moved on.
pub async fn clear_cart(
    tx: &mut Conn,
    rule: OwnerRule,
    user_id: Uuid,
    versions: Option<&[i64]>,
) -> Result<()> {
    let before = lock_cart(tx, rule, user_id).await?;
    let mut cart = before.clone();
    cart.expect(versions)?;
    cart.clear();
    Ok(store::carts::save(tx, &before, &cart).await?)
}
