//! Take a line out of a cart.

use souk_db::Conn;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use super::lock_cart::lock_cart;
use crate::{Result, store};

/// Takes a line out.
///
/// # Errors
/// [`crate::domain::CartError`] when it is not there or the cart has moved on.
pub async fn remove_item(
    tx: &mut Conn,
    rule: OwnerRule,
    user_id: Uuid,
    line_id: Uuid,
    versions: Option<&[i64]>,
) -> Result<()> {
    let before = lock_cart(tx, rule, user_id).await?;
    let mut cart = before.clone();
    cart.line(line_id)?;
    cart.expect(versions)?;
    cart.remove(line_id)?;
    Ok(store::carts::save(tx, &before, &cart).await?)
}
