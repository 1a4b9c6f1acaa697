//! Add a variation to a product.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use super::NewVariation;
use super::create_product::add_offers;
use super::edit_product::lock_listing;
use super::tell;
use crate::domain::{Actor, MAX_VARIATIONS, Offer, ProductId, VariationError};
use crate::{Result, store};

/// Adds a variation with its first stock.
///
/// # Errors
/// [`crate::domain::ShopError::NotTheOwner`], [`VariationError`], or that the product was deleted.
pub async fn create_variation(
    tx: &mut Conn,
    by: Actor,
    product: ProductId,
    new: NewVariation,
    now: DateTime<Utc>,
) -> Result<Offer> {
    let mut listing = lock_listing(tx, product).await?;
    listing.shop.check_owner(by)?;
    listing.product.check_writable(None)?;
    if listing.offers.len() >= MAX_VARIATIONS {
        return Err(VariationError::TooMany.into());
    }
    let offer = new.into_offer(product, now);
    add_offers(tx, by, std::slice::from_ref(&offer)).await?;
    listing.offers.push(offer.clone());
    listing.product.touch(now);
    store::products::save(tx, &listing).await?;
    tell::product_updated(tx, &listing).await?;
    Ok(offer)
}
