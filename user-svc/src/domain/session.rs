//! Sessions and the refresh tokens that keep them going.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::User;

/// How long a session lives after it was last refreshed.
const LIFE: Duration = Duration::days(7);

/// A login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Id; `sid` in tokens.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// Where it came from.
    pub address: Option<String>,
    /// When it ends unless refreshed.
    pub expires_at: DateTime<Utc>,
    /// When it was ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// A login as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Id.
    pub id: Uuid,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// Where it came from.
    pub address: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last refreshed.
    pub last_used_at: DateTime<Utc>,
}

/// A refresh token as it is given out, once.
#[derive(Clone)]
pub struct IssuedToken {
    /// What the client keeps: 32 random bytes in base64url.
    pub token: String,
    /// What we keep.
    pub hash: Vec<u8>,
}

/// What a login or a refresh gives.
#[derive(Clone)]
pub struct Grant {
    /// Whose.
    pub user: User,
    /// The session.
    pub session: Session,
    /// Its next refresh token.
    pub token: IssuedToken,
    /// When, by the clock of the database.
    pub granted_at: DateTime<Utc>,
}

/// What is known of a refresh token that someone presents.
#[derive(Debug, Clone)]
pub struct RefreshState {
    /// Its session.
    pub session: Session,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
}

/// Why a refresh token gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefreshError {
    /// Unknown, ended or expired.
    #[error("The refresh token is not valid.")]
    Invalid,
    /// It was used before: someone has a copy, so the whole session ends.
    #[error("The refresh token was used before; its session has been ended.")]
    Reused {
        /// The session that ends.
        session_id: Uuid,
    },
}

impl Session {
    /// A new login.
    pub fn begin(
        user_id: Uuid,
        user_agent: Option<String>,
        address: Option<String>,
        now: DateTime<Utc>,
    ) -> Self {
        let bounded = |text: Option<String>, most| text.map(|text| text.chars().take(most).collect());
        Self {
            id: Uuid::now_v7(),
            user_id,
            user_agent: bounded(user_agent, 500),
            address: bounded(address, 64),
            expires_at: now + LIFE,
            ended_at: None,
        }
    }

    /// Whether it can still be used.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && self.expires_at > now
    }
}

impl RefreshState {
    /// Spends the token and prolongs its session.
    ///
    /// # Errors
    /// [`RefreshError::Reused`] for a token already spent, [`RefreshError::Invalid`] when the session is over.
    pub fn spend(mut self, now: DateTime<Utc>) -> Result<Session, RefreshError> {
        if !self.session.is_live(now) {
            return Err(RefreshError::Invalid);
        }
        if self.used_at.is_some() {
            return Err(RefreshError::Reused {
                session_id: self.session.id,
            });
        }
        self.session.expires_at = now + LIFE;
        Ok(self.session)
    }
}

impl IssuedToken {
    /// A new token.
    pub fn issue() -> Self {
        let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        Self {
            hash: hash_token(&token),
            token,
        }
    }
}

/// The stored form of a token. It is random, so a plain hash does.
pub fn hash_token(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(used: bool, ended: bool) -> RefreshState {
        let now = Utc::now();
        let mut session = Session::begin(Uuid::now_v7(), None, None, now - Duration::days(6));
        session.ended_at = ended.then_some(now);
        RefreshState {
            session,
            used_at: used.then_some(now),
        }
    }

    #[test]
    fn spending_a_token_prolongs_the_session() {
        let now = Utc::now();

        assert_eq!(state(false, false).spend(now).unwrap().expires_at, now + LIFE);
    }

    #[test]
    fn a_token_spent_twice_ends_its_session() {
        let state = state(true, false);
        let session_id = state.session.id;

        assert_eq!(state.spend(Utc::now()), Err(RefreshError::Reused { session_id }));
    }

    #[test]
    fn an_ended_or_expired_session_gives_nothing() {
        assert_eq!(state(false, true).spend(Utc::now()), Err(RefreshError::Invalid));
        assert_eq!(
            state(false, false).spend(Utc::now() + Duration::days(8)),
            Err(RefreshError::Invalid)
        );
    }
}
