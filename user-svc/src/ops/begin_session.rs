//! Begin a session.

use souk_db::Conn;

use crate::domain::{IssuedToken, Session};
use crate::{Result, store};

/// Adds a session and its first refresh token.
///
/// # Errors
/// When the database fails.
pub async fn begin_session(tx: &mut Conn, session: &Session) -> Result<IssuedToken> {
    let issued = IssuedToken::issue();
    store::sessions::insert(tx, session).await?;
    store::sessions::add_token(tx, session.id, &issued.hash).await?;
    Ok(issued)
}
