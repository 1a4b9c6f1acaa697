//! Keep how much of variations can be bought.

use souk_contracts::events::StockChanged;
use souk_db::Conn;

use crate::domain::JobKind;
use crate::store::stock::Told;
use crate::{Result, store};

/// Keeps stock unless something newer is known.
///
/// Hits tell only whether a product can be bought and from what price, so the product is indexed anew only when a
/// variation runs out or comes back: most sales cost the index nothing.
///
/// # Errors
/// When the database fails.
pub async fn keep_stock(tx: &mut Conn, changes: &[StockChanged]) -> Result<()> {
    let told: Vec<Told> = changes
        .iter()
        .map(|change| Told {
            variation_id: change.variation_id,
            product_id: change.product_id,
            available: change.available,
            version: change.stock_version,
        })
        .collect();
    let turned = store::stock::save(tx, &told).await?;
    store::queue::push(tx, JobKind::Product, &turned).await
}
