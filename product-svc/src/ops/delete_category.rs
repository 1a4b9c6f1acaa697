//! Remove a category.

use souk_db::Conn;

use crate::domain::{CategoryError, CategoryId};
use crate::{Error, Result, store};

/// Removes a category that nothing lies in.
///
/// # Errors
/// [`CategoryError::HasChildren`] or [`CategoryError::HasProducts`].
pub async fn delete_category(tx: &mut Conn, id: CategoryId) -> Result<()> {
    store::categories::lock_tree(tx).await?;
    store::categories::find(tx, id).await?.ok_or(Error::NotFound)?;
    if store::categories::has_children(tx, id).await? {
        return Err(CategoryError::HasChildren.into());
    }
    if store::categories::has_products(tx, id).await? {
        return Err(CategoryError::HasProducts.into());
    }
    store::categories::delete(tx, id).await
}
