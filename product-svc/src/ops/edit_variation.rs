//! Change options, prices or the low-stock threshold of a variation.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use super::edit_product::lock_listing;
use super::tell;
use crate::domain::{Actor, Offer, VariationChange, VariationId};
use crate::{Error, Result, store};

/// Changes a variation.
///
/// # Errors
/// [`crate::domain::ShopError::NotTheOwner`], and what the variation or its product refuses.
pub async fn edit_variation(
    tx: &mut Conn,
    by: Actor,
    id: VariationId,
    change: VariationChange,
    now: DateTime<Utc>,
) -> Result<Offer> {
    let product = store::products::of_variation(tx, id)
        .await?
        .ok_or(Error::NotFound)?;
    let mut listing = lock_listing(tx, product).await?;
    listing.shop.check_owner(by)?;
    listing.product.check_writable(None)?;
    let offer = listing
        .offers
        .iter_mut()
        .find(|offer| offer.variation.id == id)
        .ok_or(Error::NotFound)?;
    // Orders move stock without asking for the product: the threshold is judged by stock that stands still.
    offer.stock = store::stock::lock(tx, id).await?.ok_or(Error::NotFound)?;
    let changed = offer.edit(change)?;
    let offer = offer.clone();
    if changed {
        store::variations::save(tx, &offer).await?;
        store::stock::save_threshold(tx, &offer.stock).await?;
        listing.product.touch(now);
        store::products::save(tx, &listing).await?;
        tell::product_updated(tx, &listing).await?;
    }
    Ok(offer)
}
