//! Login, refresh, logout: user-svc keeps sessions, the gateway signs tokens, Redis knows what has ended.

use chrono::Utc;
use souk_clients::user::{BeginSessionBody, Ended, RefreshSessionBody, SessionGrant, UserClient};
use uuid::Uuid;

use crate::revocation::Revocations;
use crate::tokens::{Claims, Tokens};
use crate::{Error, Result};

/// A new pair of tokens.
pub struct Pair {
    /// Signed by us.
    pub access: String,
    /// Known to user-svc.
    pub refresh: String,
}

/// Checks a password and begins a session.
///
/// # Errors
/// `invalid-credentials`, or someone who is needed is away.
pub async fn begin_session(
    users: &UserClient,
    tokens: &Tokens,
    revocations: &Revocations,
    body: &BeginSessionBody,
) -> Result<Pair> {
    // A token that could not be used is not handed out, nor a password checked for it.
    revocations.lately_ready().await?;
    issue(tokens, users.begin_session(body).await?)
}

/// Trades a refresh token for a new pair. One that was used before ends its whole session, here too, unless user-svc
/// grants the same successor again.
///
/// # Errors
/// `invalid-refresh-token`, or someone who is needed is away.
pub async fn refresh_session(
    users: &UserClient,
    tokens: &Tokens,
    revocations: &Revocations,
    body: &RefreshSessionBody,
) -> Result<Pair> {
    revocations.lately_ready().await?;
    match users.refresh_session(body).await {
        Ok(grant) => issue(tokens, grant),
        Err(error) => {
            let problem = error.refusal("invalid-refresh-token");
            let ended = problem.and_then(|problem| problem.more.get("ended_session")?.as_str()?.parse().ok());
            if let Some(session) = ended {
                let session: Uuid = session;
                tracing::warn!(session.id = %session, "A refresh token was used twice, so its session was ended");
                revocations.tell(&Ended::session(session)).await?;
            }
            Err(Error::Users(error))
        }
    }
}

/// Ends a session: first its row, so that its refresh token is dead, then its access tokens.
///
/// In this order a failure in between can be repeated: the access token is still good for that.
///
/// # Errors
/// When user-svc or Redis is away; the client should try again.
pub async fn end_session(users: &UserClient, revocations: &Revocations, claims: &Claims) -> Result<()> {
    users.end_session(claims.sid).await?;
    revocations.end(claims, Utc::now().timestamp()).await?;
    Ok(())
}

fn issue(tokens: &Tokens, grant: SessionGrant) -> Result<Pair> {
    let role = grant.role.parse()?;
    let access = tokens.issue(grant.user_id, role, grant.session_id, grant.granted_at)?;
    Ok(Pair {
        access,
        refresh: grant.refresh_token,
    })
}
