//! Change what a shop says of a product.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use super::create_product::check_categories;
use super::tell;
use crate::domain::{Actor, Listing, ProductChange, ProductId};
use crate::{Error, Result, store};

/// Changes a product; `read` holds the versions that the caller may have seen.
///
/// # Errors
/// [`crate::domain::ShopError`] for everyone but the owner of its approved shop, and what the product refuses.
pub async fn edit_product(
    tx: &mut Conn,
    by: Actor,
    id: ProductId,
    read: Option<&[i64]>,
    change: ProductChange,
    now: DateTime<Utc>,
) -> Result<Listing> {
    if change.category_ids.is_some() {
        // Before the product: an operator who changes the tree waits for products, and must not hold it meanwhile.
        store::categories::share_tree(tx).await?;
    }
    let mut listing = lock_listing(tx, id).await?;
    listing.shop.check_seller(by)?;
    listing.product.check_writable(read)?;
    let categories = listing.product.category_ids.clone();
    if listing.product.edit(change, now)? {
        store::products::save(tx, &listing).await?;
        if listing.product.category_ids != categories {
            check_categories(tx, &listing.product.category_ids).await?;
            store::products::replace_categories(tx, &listing.product).await?;
        }
        tell::product_updated(tx, &listing).await?;
    }
    Ok(listing)
}

/// The product with all that its page shows, locked against other changes.
pub(super) async fn lock_listing(tx: &mut Conn, id: ProductId) -> Result<Listing> {
    store::products::lock(tx, id).await?;
    store::listings::find(tx, id).await?.ok_or(Error::NotFound)
}
