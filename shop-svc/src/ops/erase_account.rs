//! An account was erased.

use souk_db::Conn;
use uuid::Uuid;

use super::keep_account;
use crate::domain::AccountState;
use crate::{Result, store};

/// Takes an erased account out of what was ordered by it, and closes its shop. Idempotent.
///
/// A reason goes whoever wrote it: the event does not say, and order-svc keeps those of shops and operators.
pub async fn erase_account(tx: &mut Conn, user_id: Uuid, version: i64) -> Result<()> {
    store::accounts::lock_erasures(tx).await?;
    store::accounts::mark_erased(tx, user_id).await?;
    store::order_items::forget_customer(tx, user_id).await?;
    souk_outbox::erase_user(tx, user_id).await?;
    keep_account(tx, user_id, AccountState::Deleted, version).await
}
