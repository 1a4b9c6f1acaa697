//! Sessions and the refresh tokens that keep them going.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::User;

/// How long a session lives after it was last refreshed.
const LIFE: Duration = Duration::days(7);
/// How long after it was spent a token still gives its successor: two tabs of one client refresh at the same moment.
pub(crate) const REPEATABLE: Duration = Duration::seconds(10);
/// Bytes of a nonce, which stands before what is sealed.
const NONCE: usize = 12;
/// What the key of a sealed successor is derived for, and so for nothing else.
const SEALING: &[u8] = b"souk refresh successor 1";

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
    /// The successor of the token that the session spent last.
    pub successor: Option<SealedSuccessor>,
    /// The time, by the clock of the database.
    pub now: DateTime<Utc>,
}

/// A token that was issued for another one, readable by whoever has that one.
#[derive(Debug, Clone)]
pub struct SealedSuccessor {
    /// The stored form of the token that was spent for it.
    pub spent_hash: Vec<u8>,
    /// The token, encrypted.
    pub sealed: Vec<u8>,
    /// When the other one was spent.
    pub at: DateTime<Utc>,
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
    pub fn spend(mut self) -> Result<Session, RefreshError> {
        if !self.session.is_live(self.now) {
            return Err(RefreshError::Invalid);
        }
        if self.used_at.is_some() {
            return Err(RefreshError::Reused {
                session_id: self.session.id,
            });
        }
        self.session.expires_at = self.now + LIFE;
        Ok(self.session)
    }

    /// The token that was issued for `spent` within the last ten seconds.
    pub fn successor_of(&self, spent: &str) -> Option<IssuedToken> {
        let successor = self.successor.as_ref()?;
        if successor.spent_hash != hash_token(spent) || successor.at + REPEATABLE <= self.now {
            return None;
        }
        IssuedToken::unseal(&successor.sealed, spent)
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

    /// Encrypts it under a key that only the `spent` token gives: the database, which has only that token's hash,
    /// reveals nothing.
    pub fn seal(&self, spent: &str) -> Option<Vec<u8>> {
        // A transaction that is rolled back and tried again seals twice under one key.
        let nonce = rand::random::<[u8; NONCE]>();
        let sealed = sealing_cipher(spent)?
            .encrypt(&Nonce::from(nonce), self.token.as_bytes())
            .ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    fn unseal(sealed: &[u8], spent: &str) -> Option<Self> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let token = sealing_cipher(spent)?
            .decrypt(&Nonce::from(*nonce), sealed)
            .ok()?;
        let token = String::from_utf8(token).ok()?;
        Some(Self {
            hash: hash_token(&token),
            token,
        })
    }
}

/// The token is random, so one step of HMAC makes a key of it; it is another one than [`hash_token`].
fn sealing_cipher(spent: &str) -> Option<ChaCha20Poly1305> {
    let mut key = <Hmac<Sha256> as Mac>::new_from_slice(spent.as_bytes()).ok()?;
    key.update(SEALING);
    ChaCha20Poly1305::new_from_slice(&key.finalize().into_bytes()).ok()
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
            successor: None,
            now,
        }
    }

    fn sealed(successor: &IssuedToken, spent: &IssuedToken) -> RefreshState {
        let state = state(true, false);
        let sealed = SealedSuccessor {
            spent_hash: spent.hash.clone(),
            sealed: successor.seal(&spent.token).unwrap(),
            at: state.now,
        };
        RefreshState {
            successor: Some(sealed),
            ..state
        }
    }

    #[test]
    fn spending_a_token_prolongs_the_session() {
        let state = state(false, false);
        let now = state.now;

        assert_eq!(state.spend().unwrap().expires_at, now + LIFE);
    }

    #[test]
    fn a_token_spent_twice_ends_its_session() {
        let state = state(true, false);
        let session_id = state.session.id;

        assert_eq!(state.spend(), Err(RefreshError::Reused { session_id }));
    }

    #[test]
    fn an_ended_or_expired_session_gives_nothing() {
        assert_eq!(state(false, true).spend(), Err(RefreshError::Invalid));
        let mut late = state(false, false);
        late.now += Duration::days(8);
        assert_eq!(late.spend(), Err(RefreshError::Invalid));
    }

    #[test]
    fn a_spent_token_gives_its_successor_for_ten_seconds() {
        let (spent, next) = (IssuedToken::issue(), IssuedToken::issue());
        let mut state = sealed(&next, &spent);

        let again = state.successor_of(&spent.token).unwrap();
        assert_eq!((again.token, again.hash), (next.token, next.hash));
        state.now += Duration::milliseconds(9_999);
        assert!(state.successor_of(&spent.token).is_some());
        state.now += Duration::milliseconds(1);
        assert!(state.successor_of(&spent.token).is_none());
    }

    #[test]
    fn another_token_or_an_altered_row_gives_no_successor() {
        let (spent, next) = (IssuedToken::issue(), IssuedToken::issue());
        let state = sealed(&next, &spent);

        assert!(state.successor_of(&IssuedToken::issue().token).is_none());
        for at in 0..state.successor.as_ref().unwrap().sealed.len() {
            let mut altered = state.clone();
            altered.successor.as_mut().unwrap().sealed[at] ^= 1;
            assert!(altered.successor_of(&spent.token).is_none(), "byte {at}");
        }
        let mut short = state.clone();
        short.successor.as_mut().unwrap().sealed.truncate(NONCE - 1);
        assert!(short.successor_of(&spent.token).is_none());
    }

    #[test]
    fn the_stored_hash_does_not_open_what_is_sealed() {
        let (spent, next) = (IssuedToken::issue(), IssuedToken::issue());
        let row = sealed(&next, &spent).successor.unwrap();

        for guess in [row.spent_hash.clone(), next.hash.clone()] {
            let (nonce, sealed) = row.sealed.split_first_chunk::<NONCE>().unwrap();
            let cipher = ChaCha20Poly1305::new_from_slice(&guess).unwrap();
            assert!(cipher.decrypt(&Nonce::from(*nonce), sealed).is_err());
        }
        assert!(
            !row.sealed
                .windows(8)
                .any(|bytes| next.token.as_bytes().windows(8).any(|t| t == bytes))
        );
        assert_ne!(next.seal(&spent.token), Some(row.sealed));
    }
}
