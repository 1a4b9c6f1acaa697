//! Make a wishlist for a new account.

use souk_db::Conn;
use uuid::Uuid;

use crate::{Result, store};

/// Makes an empty wishlist; one that is there stays as it is, also one that was erased.
///
/// # Errors
/// When the database fails.
pub async fn make_wishlist(tx: &mut Conn, user_id: Uuid) -> Result<()> {
    Ok(store::wishlists::make(tx, user_id).await?)
}
