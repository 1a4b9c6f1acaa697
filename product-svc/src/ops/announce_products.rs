//! Tell products again after something above them changed.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use super::edit_product::lock_listing;
use super::tell;
use crate::{Result, store};

/// Tells up to `limit` of the products that wait for it, and answers how many those were.
///
/// # Errors
/// When the database fails.
pub async fn announce_products(tx: &mut Conn, limit: i64, now: DateTime<Utc>) -> Result<usize> {
    let waiting = store::announcements::take(tx, limit).await?;
    for id in &waiting {
        let mut listing = lock_listing(tx, *id).await?;
        if listing.product.archived_at.is_none() {
            listing.product.touch(now);
            store::products::save(tx, &listing).await?;
            tell::product_updated(tx, &listing).await?;
        }
    }
    Ok(waiting.len())
}
