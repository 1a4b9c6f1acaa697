//! Keep what is told of a product.

use souk_contracts::events::ProductSnapshot;
use souk_db::Conn;
use uuid::Uuid;

use crate::domain::JobKind;
use crate::store::stock::Told;
use crate::{Result, store};

/// Keeps a product as an event tells it; what is older than what is kept changes nothing. Its rating comes from
/// `rating.updated` alone, whose version counts apart.
///
/// # Errors
/// When the database fails.
pub async fn keep_product(tx: &mut Conn, product: &ProductSnapshot, version: i64) -> Result<()> {
    let id = product.product_id;
    let is_newer = store::products::save(tx, product, version).await?;
    if is_newer {
        store::shops::expect(tx, product.shop_id).await?;
    }
    // Stock has versions of its own, and may be newer even in a product event that is old.
    let told: Vec<Told> = product
        .variations
        .iter()
        .map(|v| Told {
            variation_id: v.variation_id,
            product_id: id,
            available: v.available,
            version: v.stock_version,
        })
        .collect();
    let turned = store::stock::save(tx, &told).await?;
    if is_newer {
        let variations: Vec<Uuid> = told.iter().map(|told| told.variation_id).collect();
        store::stock::mark_removed(tx, id, &variations).await?;
    }
    if is_newer || !turned.is_empty() {
        store::queue::push(tx, JobKind::Product, &[id]).await?;
    }
    Ok(())
}

/// Keeps that a product is gone, so that a late event does not bring it back.
///
/// # Errors
/// When the database fails.
pub async fn drop_product(tx: &mut Conn, product_id: Uuid, shop_id: Uuid, version: i64) -> Result<()> {
    if store::products::bury(tx, product_id, shop_id, version).await? {
        store::stock::forget(tx, product_id).await?;
        store::queue::push(tx, JobKind::Product, &[product_id]).await?;
    }
    Ok(())
}
