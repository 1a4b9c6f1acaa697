//! Keep what a product event says.

use souk_contracts::events::ProductSnapshot;
use souk_db::Conn;
use souk_mirror::products;

use super::drop_wishes::drop_wishes;
use crate::Result;
use crate::store::wishes::Of;

/// Keeps how a product is now, and removes the wishes for variations that it has no more.
///
/// # Errors
/// When the database fails.
pub async fn keep_product(tx: &mut Conn, product: &ProductSnapshot, version: i64) -> Result<()> {
    let gone = products::record(tx, product, version).await?;
    if gone.is_empty() {
        Ok(())
    } else {
        drop_wishes(tx, Of::Variations(&gone)).await
    }
}
