//! An account was shut, opened again or erased.

use souk_db::Conn;
use uuid::Uuid;

use super::keep_step::keep_step;
use super::now;
use crate::domain::{AccountState, ShopError};
use crate::{Result, store};

/// Keeps what an event says of an account, unless a newer one was here first.
///
/// A shop whose owner cannot log in may not sell, for nobody would ship: it is suspended, and an admin reinstates it
/// when the account is open again. An erased account's shop is closed if nobody waits for anything.
pub async fn keep_account(tx: &mut Conn, user_id: Uuid, state: AccountState, version: i64) -> Result<()> {
    let is_active = state == AccountState::Active;
    if !store::accounts::keep(tx, user_id, is_active, version).await? || is_active {
        return Ok(());
    }
    let Some(mut shop) = store::shops::lock_open_of(tx, user_id).await? else {
        return Ok(());
    };
    let step = if state == AccountState::Deleted {
        let unfinished = store::order_items::count_unfinished(tx, shop.id).await?;
        match shop.close(None, unfinished, now()) {
            Err(ShopError::UnfinishedItems(_)) => shop.lose_owner(now()),
            closed => closed?,
        }
    } else {
        shop.lose_owner(now())
    };
    if let Some(step) = step {
        keep_step(tx, &shop, &step).await?;
    }
    Ok(())
}
