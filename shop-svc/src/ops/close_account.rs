//! Close an account before it is erased.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::AccountError;
use crate::{Result, store};

/// Lets the user apply for no shop any more, unless there is an open one; twice is once.
///
/// # Errors
/// [`AccountError`] says what is in the way.
pub async fn close_account(tx: &mut Conn, user_id: Uuid, attempt: i64) -> Result<()> {
    // First the lock, then a look: an application that was under way is seen now, and one that comes later waits here.
    if !store::closings::set_closed_and_lock(tx, user_id, true, attempt).await? {
        return Err(AccountError::Stale.into());
    }
    if store::shops::find_open_of(tx, user_id).await?.is_some() {
        return Err(AccountError::OpenShop.into());
    }
    Ok(())
}
