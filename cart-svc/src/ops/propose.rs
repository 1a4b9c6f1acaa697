//! Keep what a customer was offered instead of an order.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::Terms;
use crate::{Result, store};

/// Keeps a proposal for this version of the cart; one for another version is dropped.
///
/// # Errors
/// When the database fails.
pub async fn propose(
    tx: &mut Conn,
    user_id: Uuid,
    version: i64,
    changes: &[(Uuid, Option<Terms>)],
) -> Result<()> {
    let before = store::carts::lock(tx, user_id).await?;
    let mut cart = before.clone();
    cart.propose(version, changes);
    Ok(store::carts::save(tx, &before, &cart).await?)
}
