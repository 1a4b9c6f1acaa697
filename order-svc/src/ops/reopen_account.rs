//! Take back that an account was closed.

use souk_db::Conn;
use uuid::Uuid;

use crate::{Result, store};

/// Lets the user order again; nothing to do for an older attempt than the last one.
///
/// # Errors
/// When the database fails.
pub async fn reopen_account(tx: &mut Conn, user_id: Uuid, attempt: i64) -> Result<()> {
    store::accounts::set_closed_and_lock(tx, user_id, false, attempt).await?;
    Ok(())
}
