//! Wish for something.

use chrono::Utc;
use serde::{Deserialize, Serialize};
use souk_db::Conn;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use super::lock_wishlist::lock_wishlist;
use crate::domain::{Thing, Wish, WishView};
use crate::{Result, events, store};

/// What wishing led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedWish {
    /// The wish.
    pub view: WishView,
    /// Whether it was made just now.
    pub is_new: bool,
}

/// Adds a wish and tells it; a thing that is wished for already is answered with that wish.
///
/// # Errors
/// [`crate::domain::WishlistError`] when the customer may have no wishlist or it is full.
pub async fn add_wish(tx: &mut Conn, rule: OwnerRule, user_id: Uuid, thing: &Thing) -> Result<AddedWish> {
    let wishlist = lock_wishlist(tx, rule, user_id).await?;
    if let Some(wish) = store::wishes::find_subject(tx, user_id, thing.subject()).await? {
        return Ok(AddedWish {
            view: thing.show(wish),
            is_new: false,
        });
    }
    wishlist.take_one_more(store::wishes::count(tx, user_id).await?)?;
    let wish = Wish::make(user_id, thing.subject(), Utc::now());
    store::wishes::insert(tx, &wish).await?;
    souk_outbox::enqueue_all(tx, vec![events::created(&wish)]).await?;
    Ok(AddedWish {
        view: thing.show(wish),
        is_new: true,
    })
}
