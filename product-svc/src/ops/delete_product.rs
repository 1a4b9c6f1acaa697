//! Archive a product: orders keep what they need of it.

use chrono::{DateTime, Utc};
use souk_contracts::events::ProductDeleted;
use souk_db::Conn;
use souk_outbox::enqueue;

use super::edit_product::lock_listing;
use crate::domain::{Actor, ProductError, ProductId};
use crate::{Result, store};

/// Takes a product out of the catalogue for good; doing it twice changes nothing.
///
/// # Errors
/// [`crate::domain::ShopError`] for everyone but the owner of its approved shop, [`ProductError::Stale`].
pub async fn delete_product(
    tx: &mut Conn,
    by: Actor,
    id: ProductId,
    read: Option<&[i64]>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut listing = lock_listing(tx, id).await?;
    listing.shop.check_seller(by)?;
    match listing.product.check_writable(read) {
        Err(ProductError::Archived) => return Ok(()),
        checked => checked?,
    }
    listing.product.archived_at = Some(now);
    listing.product.touch(now);
    store::products::save(tx, &listing).await?;
    Ok(enqueue(
        tx,
        ProductDeleted::from(&listing.product),
        Some(listing.product.version),
    )
    .await?)
}
