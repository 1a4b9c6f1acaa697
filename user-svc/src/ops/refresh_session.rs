//! Trade a refresh token for the next one.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use crate::domain::{Grant, IssuedToken, RefreshError, hash_token};
use crate::{Result, store};

/// What presenting a refresh token led to. A refusal is a value here: ending a session must be committed.
pub enum Refreshed {
    /// The next token of the session.
    Renewed(Box<Grant>),
    /// Nothing; a reused token has ended its session.
    Refused(RefreshError),
}

/// Spends `token` and issues the next one; a token that was spent before ends its whole session.
///
/// The user's row is locked before the session, as by those who end sessions.
///
/// # Errors
/// When the database fails.
pub async fn refresh_session(tx: &mut Conn, token: &str, now: DateTime<Utc>) -> Result<Refreshed> {
    let refused = |refusal| Ok(Refreshed::Refused(refusal));
    let hash = hash_token(token);
    let Some(user_id) = store::sessions::owner_of_token(tx, &hash).await? else {
        return refused(RefreshError::Invalid);
    };
    let user = store::users::share(tx, user_id).await?;
    let Some(state) = store::sessions::lock_token(tx, &hash).await? else {
        return refused(RefreshError::Invalid);
    };
    let session = match state.spend(now) {
        Ok(session) => session,
        Err(refusal) => {
            if let RefreshError::Reused { session_id } = refusal {
                store::sessions::end(tx, session_id).await?;
            }
            return refused(refusal);
        }
    };
    let Some((user, _)) = user.filter(|(user, _)| user.is_active) else {
        return refused(RefreshError::Invalid);
    };
    let token = IssuedToken::issue();
    store::sessions::spend_token(tx, &hash).await?;
    let granted_at = store::sessions::prolong(tx, &session).await?;
    store::sessions::add_token(tx, session.id, &token.hash).await?;
    Ok(Refreshed::Renewed(Box::new(Grant {
        user,
        session,
        token,
        granted_at,
    })))
}
