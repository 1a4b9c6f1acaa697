//! Trade a refresh token for the next one.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use crate::domain::{IssuedToken, RefreshError, Session, User, hash_token};
use crate::{Result, store};

/// What presenting a refresh token led to. A refusal is a value here: ending a session must be committed.
pub enum Refreshed {
    /// The next token of the session.
    Renewed(Box<(User, Session, IssuedToken)>),
    /// Nothing; a reused token has ended its session.
    Refused(RefreshError),
}

/// Spends `token` and issues the next one; a token that was spent before ends its whole session.
///
/// # Errors
/// When the database fails.
pub async fn refresh_session(tx: &mut Conn, token: &str, now: DateTime<Utc>) -> Result<Refreshed> {
    let hash = hash_token(token);
    let Some(state) = store::sessions::lock_token(tx, &hash).await? else {
        return Ok(Refreshed::Refused(RefreshError::Invalid));
    };
    let session = match state.spend(now) {
        Ok(session) => session,
        Err(refusal) => {
            if let RefreshError::Reused { session_id } = refusal {
                store::sessions::end(tx, session_id).await?;
            }
            return Ok(Refreshed::Refused(refusal));
        }
    };
    let Some(user) = store::users::find(tx, session.user_id)
        .await?
        .filter(|user| user.is_active)
    else {
        return Ok(Refreshed::Refused(RefreshError::Invalid));
    };
    let issued = IssuedToken::issue();
    store::sessions::spend_token(tx, &hash).await?;
    store::sessions::prolong(tx, &session).await?;
    store::sessions::add_token(tx, session.id, &issued.hash).await?;
    Ok(Refreshed::Renewed(Box::new((user, session, issued))))
}
