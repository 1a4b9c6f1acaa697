//! An account was erased.

use souk_db::Conn;
use uuid::Uuid;

use crate::Result;

/// Forgets what is kept of an account beyond its id: answers to repeated requests, and its words in parked messages. What
/// it sold stays, under the shop, and so do reservations: they hold nothing that a person wrote. Idempotent.
pub async fn erase_account(tx: &mut Conn, user_id: Uuid) -> Result<()> {
    souk_outbox::erase_user(tx, user_id).await?;
    Ok(())
}
