//! Put cancelled items back into stock.

use souk_db::Conn;

use super::tell;
use crate::domain::Reason;
use crate::{Error, Result, store};

/// Puts back up to `limit` of the items that wait, and answers how many those were.
///
/// # Errors
/// When the database fails.
pub async fn put_back_returns(tx: &mut Conn, limit: i64) -> Result<usize> {
    let waiting = store::returns::lock_waiting(tx, limit).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut shelf = store::shelf::lock(tx, waiting.iter().map(|item| item.variation_id)).await?;
    for item in &waiting {
        shelf
            .put_back(
                item.variation_id,
                item.quantity,
                Reason::Return,
                item.order_item_id,
            )
            .map_err(|unknown| Error::UnknownVariation(unknown.0))?;
    }
    store::shelf::keep(tx, &shelf, &[]).await?;
    store::returns::finish(tx, &waiting).await?;
    tell::stock_moved(tx, &shelf).await?;
    Ok(waiting.len())
}
