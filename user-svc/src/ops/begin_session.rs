//! Begin a session.

use souk_db::Conn;

use crate::domain::{Grant, IssuedToken, Session};
use crate::{Error, Result, store};

/// Adds a session and its first refresh token, for whoever knew the password behind `hash`.
///
/// # Errors
/// [`Error::InvalidCredentials`] when that is not the user's password any more, or the user may not log in.
pub async fn begin_session(tx: &mut Conn, session: Session, hash: &str) -> Result<Grant> {
    let (user, _) = store::users::share(tx, session.user_id)
        .await?
        .filter(|(user, current)| user.is_reachable() && current == hash)
        .ok_or(Error::InvalidCredentials)?;
    let token = IssuedToken::issue();
    let granted_at = store::sessions::begin(tx, &session, &token.hash).await?;
    Ok(Grant {
        user,
        session,
        token,
        granted_at,
    })
}
