//! The owner restocks or counts.

use souk_db::Conn;

use super::tell;
use crate::domain::{Actor, OwnerChange, Stock, VariationId};
use crate::{Error, Result, store};

/// Changes the stock of a variation by the owner's hand.
///
/// # Errors
/// [`crate::domain::ShopError::NotTheOwner`] or [`crate::domain::StockError`].
pub async fn change_stock(tx: &mut Conn, by: Actor, id: VariationId, change: OwnerChange) -> Result<Stock> {
    let live = store::variations::live(tx, &[id])
        .await?
        .pop()
        .ok_or(Error::NotFound)?;
    live.shop.check_owner(by)?;
    if live.is_archived() {
        return Err(Error::NotFound);
    }
    let mut shelf = store::shelf::lock(tx, [id]).await?;
    shelf.change(id, by.user_id, change)?;
    store::shelf::keep(tx, &shelf, &[]).await?;
    tell::stock_moved(tx, &shelf).await?;
    Ok(shelf.get(id).ok_or(Error::NotFound)?.stock)
}
