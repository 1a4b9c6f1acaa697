//! Show a wishlist.

use souk_db::Conn;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use crate::domain::WishView;
use crate::{Result, store};

/// All of a customer's wishes that may be seen just now, newest first.
///
/// # Errors
/// [`crate::domain::WishlistError`] when the customer may have no wishlist.
pub async fn list_wishes(conn: &mut Conn, rule: OwnerRule, user_id: Uuid) -> Result<Vec<WishView>> {
    let wishlist = store::wishlists::find(conn, user_id).await?;
    wishlist.admit(rule.bars(conn, user_id).await?)?;
    let wishes = store::wishes::of_user(conn, user_id).await?;
    Ok(store::views::of(conn, wishes).await?)
}
