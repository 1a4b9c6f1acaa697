//! Find a shop that somebody wishes for.

use souk_clients::shop::ShopClient;
use souk_db::Db;
use souk_mirror::shops::LiveShop;
use uuid::Uuid;

use crate::domain::{Thing, WishlistError};
use crate::{Result, ops, store};

/// An approved shop: from what events have told, or from shop-svc when they have not told of it yet.
///
/// # Errors
/// [`WishlistError::UnknownShop`], or [`crate::Error::Peer`] when nobody can tell.
pub async fn find_shop(db: &Db, shops: &ShopClient, id: Uuid) -> Result<Thing> {
    let known = store::views::shop(&mut *db.conn().await?, id).await?;
    if let Some(thing) = known {
        return Ok(thing);
    }
    let found = shops.shop(id).await?.map(LiveShop::from);
    let live = found
        .filter(LiveShop::is_approved)
        .ok_or(WishlistError::UnknownShop)?;
    db.transaction(async |tx| ops::remember_shop(tx, &live).await)
        .await?;
    Ok(Thing::Shop {
        shop_id: live.shop_id,
        name: live.name,
    })
}
