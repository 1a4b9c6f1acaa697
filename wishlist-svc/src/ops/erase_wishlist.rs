//! Erase the wishlist of an account that is gone.

use souk_db::Conn;
use uuid::Uuid;

use super::drop_wishes::drop_wishes;
use crate::store::wishes::Of;
use crate::{Result, store};

/// Empties the wishlist for good, whether or not it was there, and forgets what else is kept of the account.
///
/// # Errors
/// When the database fails.
pub async fn erase_wishlist(tx: &mut Conn, user_id: Uuid) -> Result<()> {
    store::wishlists::lock(tx, user_id).await?;
    drop_wishes(tx, Of::User(user_id)).await?;
    souk_outbox::erase_user(tx, user_id).await?;
    Ok(store::wishlists::mark_erased(tx, user_id).await?)
}
