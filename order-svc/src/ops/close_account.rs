//! Close an account before it is erased.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::AccountError;
use crate::{Result, store};

/// Lets the user order nothing more, unless something is unfinished; twice is once.
///
/// # Errors
/// [`AccountError`] says what must be finished first, or that a later attempt is at it.
pub async fn close_account(tx: &mut Conn, user_id: Uuid, attempt: i64) -> Result<()> {
    // First the lock, then a look: an order that was being placed is seen now, and one that comes later waits here.
    if !store::accounts::set_closed_and_lock(tx, user_id, true, attempt).await? {
        return Err(AccountError::Stale.into());
    }
    store::accounts::unfinished(tx, user_id).await?.check()?;
    Ok(())
}
