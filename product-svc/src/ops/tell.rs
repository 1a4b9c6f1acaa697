//! What readers are told after a change.

use souk_contracts::events::{ProductCreated, ProductSnapshot, ProductUpdated, StockChanged, StockLow};
use souk_db::Conn;
use souk_outbox::{Pending, enqueue, enqueue_all};

use crate::domain::{Listing, Shelf};
use crate::{Result, events, store};

/// Tells that a product was added.
pub(super) async fn product_created(tx: &mut Conn, listing: &Listing) -> Result<()> {
    let event = ProductCreated(snapshot(tx, listing).await?);
    Ok(enqueue(tx, event, Some(listing.product.version)).await?)
}

/// Tells a product as it is now.
pub(super) async fn product_updated(tx: &mut Conn, listing: &Listing) -> Result<()> {
    let event = ProductUpdated(snapshot(tx, listing).await?);
    Ok(enqueue(tx, event, Some(listing.product.version)).await?)
}

async fn snapshot(tx: &mut Conn, listing: &Listing) -> Result<ProductSnapshot> {
    let tree = store::categories::with_ancestors(tx, &listing.product.category_ids).await?;
    Ok(events::product_snapshot(listing, &tree))
}

/// Tells each stock that moved, once per variation however often it moved, and which ran low.
pub(super) async fn stock_moved(tx: &mut Conn, shelf: &Shelf) -> Result<()> {
    let changed = shelf
        .touched()
        .map(|item| Pending::new(StockChanged::from(item), Some(item.stock.version)));
    let low = shelf
        .low()
        .map(|item| Pending::new(StockLow::from(item), Some(item.stock.version)));
    Ok(enqueue_all(tx, changed.chain(low).collect()).await?)
}
