//! Access tokens: who signs them, what they say, and whether one is good.

mod cache;
mod claims;
mod directory;
mod key;
mod keys;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use jsonwebtoken::errors::ErrorKind;
use souk_auth::Role;
use uuid::Uuid;

use cache::Cache;
use claims::Rules;
pub use claims::{Claims, LIFE_SECONDS, Refused};
pub use directory::Directory;
use keys::KeyRing;

/// Tokens looked at lately, at most.
const REMEMBERED: usize = 20_000;

/// Issues and verifies access tokens.
pub struct Tokens {
    ring: KeyRing,
    rules: Rules,
    cache: Cache,
}

impl Tokens {
    /// Opens the directory of signing keys. If there is none, it makes the first one, provided that it may.
    ///
    /// # Errors
    /// When the directory cannot be used or holds something that is no key; `NotFound` when it holds none.
    pub fn open(dir: &Path, may_begin: bool) -> std::io::Result<Self> {
        Ok(Self {
            ring: KeyRing::open(dir, may_begin)?,
            rules: Rules::new(),
            cache: Cache::new(REMEMBERED),
        })
    }

    /// A token of a session, granted by user-svc at that time, signed with the key whose time it is.
    ///
    /// # Errors
    /// When the key cannot sign, which is a bug.
    pub fn issue(
        &self,
        user: Uuid,
        role: Role,
        session: Uuid,
        granted_at: DateTime<Utc>,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let now = Utc::now();
        let claims = Claims::begin(user, role, session, granted_at, now.timestamp());
        let keys = self.ring.current();
        let key = keys.signing(now).ok_or(ErrorKind::InvalidEddsaKey)?;
        claims::sign(&claims, key)
    }

    /// What a good token says. Whether it was revoked since is another question.
    ///
    /// # Errors
    /// When it is not a token of ours, or no longer.
    pub fn verify(&self, token: &str) -> Result<Arc<Claims>, Refused> {
        let now = Utc::now().timestamp();
        let name = Cache::name(token);
        if let Some(claims) = self.cache.get(&name) {
            return if claims.exp > now {
                Ok(claims)
            } else {
                Err(Refused::Expired)
            };
        }
        let claims = Arc::new(self.look(token)?);
        self.cache.put(name, claims.clone());
        Ok(claims)
    }

    fn look(&self, token: &str) -> Result<Claims, Refused> {
        let kid = claims::kid(token)?;
        let (mut keys, now) = (self.ring.current(), Utc::now());
        // A replica may have begun to sign with a key that was not there when we looked last.
        if keys.find(&kid, now).is_none() && self.ring.reload_if_older_than(Duration::from_secs(1)) {
            self.cache.clear();
            keys = self.ring.current();
        }
        let key = keys.find(&kid, now).ok_or(Refused::Invalid)?;
        self.rules.check(token, key)
    }

    /// Reads the directory again; a key that is gone no longer counts.
    pub fn reload(&self) {
        if self.ring.reload() {
            self.cache.clear();
        }
    }

    /// The public keys, for anyone who verifies tokens without us.
    pub fn jwks(&self) -> serde_json::Value {
        self.ring.current().jwks(Utc::now())
    }
}
