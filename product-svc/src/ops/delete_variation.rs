//! Archive a variation.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use super::edit_product::lock_listing;
use super::tell;
use crate::domain::{Actor, VariationId};
use crate::{Error, Result, store};

/// Takes a variation off its product for good; doing it twice changes nothing.
///
/// # Errors
/// [`crate::domain::ShopError::NotTheOwner`], or that the product was deleted.
pub async fn delete_variation(tx: &mut Conn, by: Actor, id: VariationId, now: DateTime<Utc>) -> Result<()> {
    let product = store::products::of_variation(tx, id)
        .await?
        .ok_or(Error::NotFound)?;
    let mut listing = lock_listing(tx, product).await?;
    listing.shop.check_owner(by)?;
    let Some(at) = listing.offers.iter().position(|offer| offer.variation.id == id) else {
        return Ok(());
    };
    listing.product.check_writable(None)?;
    let mut offer = listing.offers.remove(at);
    offer.variation.archived_at = Some(now);
    store::variations::save(tx, &offer).await?;
    listing.product.touch(now);
    store::products::save(tx, &listing).await?;
    tell::product_updated(tx, &listing).await
}
