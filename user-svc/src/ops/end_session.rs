//! End a session.

use souk_db::Conn;
use uuid::Uuid;

use crate::{Result, store};

/// Ends a session and with it its refresh tokens; ending it twice changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn end_session(tx: &mut Conn, session_id: Uuid) -> Result<()> {
    Ok(store::sessions::end(tx, session_id).await?)
}
