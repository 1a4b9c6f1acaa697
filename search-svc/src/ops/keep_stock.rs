//! Keep how much of a variation can be bought.

use souk_contracts::events::StockChanged;
use souk_db::Conn;

use crate::domain::Task;
use crate::store::stock::Told;
use crate::{Result, store};

/// Keeps stock unless something newer is known.
///
/// Hits tell only whether a product can be bought and from what price, so the product is indexed anew only when a
/// variation runs out or comes back: most sales cost the index nothing.
///
/// # Errors
/// When the database fails.
pub async fn keep_stock(tx: &mut Conn, change: &StockChanged) -> Result<()> {
    let told = Told {
        variation_id: change.variation_id,
        available: change.available,
        version: change.stock_version,
    };
    if store::stock::save(tx, change.product_id, &[told]).await? {
        store::queue::push(tx, Task::Product, &[change.product_id]).await?;
    }
    Ok(())
}
