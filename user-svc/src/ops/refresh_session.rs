//! Trade a refresh token for the next one.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use crate::domain::{Grant, IssuedToken, RefreshError, RefreshState, Session, hash_token};
use crate::{Result, store};

/// What presenting a refresh token led to. A refusal is a value here: ending a session must be committed.
pub enum Refreshed {
    /// The next token of the session.
    Renewed(Box<Grant>),
    /// Nothing; a reused token has ended its session.
    Refused(RefreshError),
}

/// Spends `token` and issues the next one. A token that was spent before ends its whole session, unless that was a
/// moment ago and its successor is unused: two tabs of one client get the same successor.
///
/// The user's row is locked before the session, as by those who end sessions.
///
/// # Errors
/// When the database fails.
pub async fn refresh_session(tx: &mut Conn, token: &str) -> Result<Refreshed> {
    let refused = |refusal| Ok(Refreshed::Refused(refusal));
    let hash = hash_token(token);
    let Some(user_id) = store::sessions::owner_of_token(tx, &hash).await? else {
        return refused(RefreshError::Invalid);
    };
    let user = store::users::share(tx, user_id).await?;
    let Some(state) = store::sessions::lock_token(tx, &hash).await? else {
        return refused(RefreshError::Invalid);
    };
    let (session, successor) = match state.clone().spend() {
        Ok(session) => (session, None),
        Err(refusal @ RefreshError::Reused { session_id }) => {
            let Some(successor) = unused_successor(tx, &state, token).await? else {
                store::sessions::end(tx, session_id).await?;
                return refused(refusal);
            };
            (state.session, Some(successor))
        }
        Err(refusal) => return refused(refusal),
    };
    let Some((user, _)) = user.filter(|(user, _)| user.is_active) else {
        return refused(RefreshError::Invalid);
    };
    let (token, granted_at) = match successor {
        Some(successor) => (successor, state.now),
        None => renew(tx, &session, token).await?,
    };
    Ok(Refreshed::Renewed(Box::new(Grant {
        user,
        session,
        token,
        granted_at,
    })))
}

/// The successor of a spent token, if it may be handed out again. Nobody can use it meanwhile: for that the session's
/// row is locked too.
async fn unused_successor(tx: &mut Conn, state: &RefreshState, token: &str) -> Result<Option<IssuedToken>> {
    let Some(successor) = state.successor_of(token) else {
        return Ok(None);
    };
    let is_unused = store::sessions::is_unused(tx, &successor.hash).await?;
    Ok(is_unused.then_some(successor))
}

async fn renew(tx: &mut Conn, session: &Session, spent: &str) -> Result<(IssuedToken, DateTime<Utc>)> {
    let hash = hash_token(spent);
    let token = IssuedToken::issue();
    store::sessions::spend_token(tx, &hash).await?;
    let granted_at = store::sessions::prolong(tx, session, &hash, token.seal(spent)).await?;
    store::sessions::add_token(tx, session.id, &token.hash).await?;
    Ok((token, granted_at))
}
