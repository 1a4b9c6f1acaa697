//! Take a wish back.

use souk_db::Conn;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use super::lock_wishlist::lock_wishlist;
use crate::domain::WishlistError;
use crate::{Result, events, store};

/// Removes a wish and tells it.
///
/// # Errors
/// [`WishlistError::NoSuchItem`] when it is not there.
pub async fn remove_wish(tx: &mut Conn, rule: OwnerRule, user_id: Uuid, id: Uuid) -> Result<()> {
    lock_wishlist(tx, rule, user_id).await?;
    let wish = store::wishes::delete(tx, user_id, id)
        .await?
        .ok_or(WishlistError::NoSuchItem)?;
    Ok(souk_outbox::enqueue_all(tx, vec![events::deleted(&wish)]).await?)
}
