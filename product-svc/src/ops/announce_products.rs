//! Tell products again after something above them changed.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use super::edit_product::lock_listing;
use super::tell;
use crate::{Error, Result, store};

/// Tells up to `limit` of the products that wait for it, and answers how many those were.
///
/// # Errors
/// When the database fails.
pub async fn announce_products(tx: &mut Conn, limit: i64, now: DateTime<Utc>) -> Result<usize> {
    let waiting = store::announcements::take(tx, limit).await?;
    let mut unreadable = Vec::new();
    for id in &waiting {
        let mut listing = match lock_listing(tx, *id).await {
            Ok(listing) => listing,
            // Nothing that waiting for the database mends: the others must not wait behind it. A later build may read it.
            Err(error @ (Error::Unreadable(_) | Error::NotFound)) => {
                metrics::counter!("products_not_announced_total").increment(1);
                tracing::error!(product.id = %id, %error, "Republishing: a product cannot be read, retrying later");
                unreadable.push(*id);
                continue;
            }
            Err(error) => return Err(error),
        };
        if listing.product.archived_at.is_none() {
            listing.product.touch(now);
            store::products::save(tx, &listing).await?;
            tell::product_updated(tx, &listing).await?;
        }
    }
    if !unreadable.is_empty() {
        store::announcements::postpone(tx, &unreadable).await?;
    }
    Ok(waiting.len())
}
