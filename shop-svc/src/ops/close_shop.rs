//! Close a shop for good.

use souk_db::Conn;
use uuid::Uuid;

use super::keep_step::keep_step;
use super::now;
use crate::domain::{Shop, ShopError};
use crate::{Result, store};

/// Closes the owner's shop; asking twice changes nothing.
///
/// Whether customers still wait is judged by what has arrived here: an order accepted at this very moment stands,
/// and its items are added to the closed shop.
///
/// # Errors
/// What [`Shop::close`] and [`Shop::owned_by`] refuse.
pub async fn close_shop(tx: &mut Conn, by: Uuid, id: Uuid) -> Result<Shop> {
    let mut shop = store::shops::lock(tx, id).await?.ok_or(ShopError::NotFound)?;
    shop.owned_by(by)?;
    let unfinished = store::order_items::count_unfinished(tx, id).await?;
    if let Some(step) = shop.close(Some(by), unfinished, now())? {
        keep_step(tx, &shop, &step).await?;
    }
    Ok(shop)
}
