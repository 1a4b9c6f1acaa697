//! An admin decides on a shop.

use souk_db::Conn;
use uuid::Uuid;

use super::keep_step::keep_step;
use super::now;
use crate::domain::{Decision, Shop, ShopError};
use crate::{Result, store};

/// Approves, rejects, suspends, reinstates or verifies; asking twice changes nothing.
///
/// # Errors
/// What [`Shop::decide`] refuses.
pub async fn decide_shop(tx: &mut Conn, admin: Uuid, id: Uuid, decision: Decision) -> Result<Shop> {
    let mut shop = store::shops::lock(tx, id).await?.ok_or(ShopError::NotFound)?;
    let owner_is_active = store::accounts::is_active(tx, shop.owner_id).await?;
    if let Some(step) = shop.decide(admin, decision, owner_is_active, now())? {
        keep_step(tx, &shop, &step).await?;
    }
    Ok(shop)
}
