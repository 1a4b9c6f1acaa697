//! Keep that a product is deleted.

use souk_contracts::events::ProductDeleted;
use souk_db::Conn;
use souk_mirror::products;

use super::drop_wishes::drop_wishes;
use crate::Result;
use crate::store::wishes::Of;

/// Keeps that a product is deleted, and removes the wishes for it.
///
/// # Errors
/// When the database fails.
pub async fn delete_product(tx: &mut Conn, product: &ProductDeleted, version: i64) -> Result<()> {
    products::delete(tx, product, version).await?;
    drop_wishes(tx, Of::Product(product.product_id)).await
}
