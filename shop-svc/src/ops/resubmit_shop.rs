//! Apply again after a rejection.

use souk_db::Conn;
use uuid::Uuid;

use super::keep_step::keep_step;
use super::now;
use crate::domain::{Shop, ShopError};
use crate::{Result, store};

/// Makes the owner's rejected shop pending; asking twice changes nothing.
///
/// # Errors
/// What [`Shop::resubmit`] and [`Shop::owned_by`] refuse.
pub async fn resubmit_shop(tx: &mut Conn, by: Uuid, id: Uuid) -> Result<Shop> {
    let mut shop = store::shops::lock(tx, id).await?.ok_or(ShopError::NotFound)?;
    shop.owned_by(by)?;
    if let Some(step) = shop.resubmit(now())? {
        keep_step(tx, &shop, &step).await?;
    }
    Ok(shop)
}
