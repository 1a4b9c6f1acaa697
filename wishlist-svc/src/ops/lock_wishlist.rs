//! Lock a customer's wishlist, the way every change of it begins.

use souk_db::Conn;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use crate::domain::Wishlist;
use crate::{Result, store};

/// The wishlist, locked, if its customer may have one.
///
/// The owner rule is asked after the lock: whoever makes an owner empties the wishlist under the same lock.
pub(super) async fn lock_wishlist(tx: &mut Conn, rule: OwnerRule, user_id: Uuid) -> Result<Wishlist> {
    let wishlist = store::wishlists::lock(tx, user_id).await?;
    wishlist.admit(rule.bars(tx, user_id).await?)?;
    Ok(wishlist)
}
