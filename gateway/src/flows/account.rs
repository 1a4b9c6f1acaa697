//! One's own sessions, and a new password by a mailed secret: the rows first, then what is in Redis.

use souk_clients::user::{ConfirmResetBody, Ended, UserClient};
use uuid::Uuid;

use crate::Result;
use crate::revocation::Revocations;
use crate::tokens::Claims;

/// Ends one of the user's own sessions on every replica; ending it twice is fine.
///
/// # Errors
/// `not-found` when the user has no such session, or someone who is needed is away.
pub async fn end_own_session(
    users: &UserClient,
    revocations: &Revocations,
    claims: &Claims,
    session_id: Uuid,
) -> Result<()> {
    users.end_session_of(claims.sub, session_id).await?;
    revocations.tell(&Ended::session(session_id)).await?;
    Ok(())
}

/// Ends all of the user's sessions on every replica, the one that asks among them.
///
/// # Errors
/// When user-svc or Redis is away; the client should try again.
pub async fn end_all_sessions(users: &UserClient, revocations: &Revocations, claims: &Claims) -> Result<()> {
    let ended = users.end_all_sessions(claims.sub).await?;
    revocations.tell(&ended).await?;
    Ok(())
}

/// Sets a new password by a mailed secret and ends every session of its user on every replica.
///
/// # Errors
/// `invalid-reset-token` or a password that is not good enough, or someone who is needed is away.
pub async fn confirm_reset(
    users: &UserClient,
    revocations: &Revocations,
    body: &ConfirmResetBody,
) -> Result<()> {
    // The secret works once: not to be spent while nobody could be logged out.
    revocations.ready().await?;
    let ended = users.confirm_reset(body).await?;
    revocations.tell(&ended).await?;
    Ok(())
}
