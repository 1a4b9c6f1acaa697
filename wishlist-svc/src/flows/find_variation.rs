//! Find what somebody wishes for.

use souk_clients::product::ProductClient;
use souk_clients::shop::ShopClient;
use souk_db::Db;
use souk_mirror::Listing;
use uuid::Uuid;

use super::find_shop;
use crate::domain::{Thing, WishlistError};
use crate::{Error, Result, ops, store};

/// A variation for sale: from what events have told, or from product-svc when they have not told of it yet.
///
/// # Errors
/// [`WishlistError::UnknownVariation`], or [`Error::Peer`] when nobody can tell.
pub async fn find_variation(
    db: &Db,
    products: &ProductClient,
    shops: &ShopClient,
    id: Uuid,
) -> Result<Thing> {
    let known = store::views::variation(&mut *db.conn().await?, id).await?;
    if let Some(thing) = known {
        return Ok(thing);
    }
    let found = products.lookup(&[id]).await?.pop().map(Listing::from);
    let live = found
        .filter(|live| live.sellable)
        .ok_or(WishlistError::UnknownVariation)?;
    db.transaction(async |tx| ops::remember_variation(tx, &live).await)
        .await?;
    if store::views::variation(&mut *db.conn().await?, id)
        .await?
        .is_none()
    {
        // product-svc may know of an approval whose event is still on its way here.
        find_shop(db, shops, live.shop_id)
            .await
            .map_err(|error| match error {
                Error::Wishlist(WishlistError::UnknownShop) => WishlistError::UnknownVariation.into(),
                error => error,
            })?;
    }
    Ok(Thing::Variation(live))
}
