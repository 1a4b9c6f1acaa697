//! Read products as their events carry them.

use souk_contracts::events::ProductSnapshot;
use souk_db::Conn;

use crate::domain::{Listing, Product, ProductId};
use crate::{Error, Result, events, store};

/// Products as their events carry them.
#[derive(Debug, Default, PartialEq)]
pub struct Snapshots {
    /// Each with the version of its latest event.
    pub items: Vec<(i64, ProductSnapshot)>,
    /// Those that this build cannot read.
    pub unreadable: Vec<ProductId>,
    /// Those that were deleted.
    pub deleted: Vec<Product>,
}

/// Reads these products, in the order of `ids`; unknown ones are absent. For a transaction whose statements see the same
/// rows, or a version may belong to another state of its product.
///
/// # Errors
/// When the database fails.
pub async fn read_snapshots(tx: &mut Conn, ids: &[ProductId]) -> Result<Snapshots> {
    let mut found = Snapshots::default();
    let listings = readable(tx, ids, &mut found.unreadable).await?;
    let categories: Vec<_> = listings
        .iter()
        .flat_map(|listing| listing.product.category_ids.iter().copied())
        .collect();
    let tree = store::categories::with_ancestors(tx, &categories).await?;
    for listing in listings {
        if listing.product.archived_at.is_some() {
            found.deleted.push(listing.product);
        } else {
            let snapshot = events::product_snapshot(&listing, &tree);
            found.items.push((listing.product.version, snapshot));
        }
    }
    Ok(found)
}

/// One product that a later build wrote must not hide the others.
async fn readable(tx: &mut Conn, ids: &[ProductId], unreadable: &mut Vec<ProductId>) -> Result<Vec<Listing>> {
    match store::listings::find_all(tx, ids).await {
        Err(Error::Unreadable(_)) => {}
        listings => return listings,
    }
    let mut listings = Vec::new();
    for id in ids {
        match store::listings::find(tx, *id).await {
            Ok(listing) => listings.extend(listing),
            Err(error @ Error::Unreadable(_)) => {
                tracing::error!(product.id = %id, %error, "Snapshots: a product cannot be read, left out");
                unreadable.push(*id);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(listings)
}
