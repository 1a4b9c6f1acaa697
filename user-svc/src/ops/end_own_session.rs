//! End one of one's sessions.

use souk_db::Conn;
use uuid::Uuid;

use crate::{Error, Result, store};

/// Ends a session of the user; ending it twice changes nothing.
///
/// # Errors
/// [`Error::NotFound`] when the user has no such session.
pub async fn end_own_session(tx: &mut Conn, user_id: Uuid, session_id: Uuid) -> Result<()> {
    if !store::sessions::belongs(tx, session_id, user_id).await? {
        return Err(Error::NotFound);
    }
    Ok(store::sessions::end(tx, session_id).await?)
}
