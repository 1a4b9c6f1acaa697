//! What has been revoked, for the rest of its life, in Redis.
//!
//! It is asked on every authorised request, in one round trip: by token, by session and by user. An epoch key
//! stands beside it. If Redis comes back without that key it has forgotten, and what was ended lately has to
//! be written into it before anyone is let in (see `flows::remember`).

mod checks;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool_redis::redis::{Client, RedisError, cmd, pipe};
use souk_clients::user::Ended;
use uuid::Uuid;

pub use self::checks::Checks;
use crate::redis::Redis;
use crate::tokens::{Claims, LIFE_SECONDS};

/// A revocation outlives the tokens it is about, whatever the clocks of the replicas say.
const MARGIN_SECONDS: i64 = 60;

/// A login needs no second question when the first one was answered this short a time ago.
const LATELY: Duration = Duration::from_millis(100);

/// What was ended longer ago than this has no living token.
pub const MEMORY_SECONDS: i64 = LIFE_SECONDS + MARGIN_SECONDS;

/// Raises the time up to which a user's tokens are over. It never falls, in whatever order replicas tell it.
const RAISE: &str = "
    local known = tonumber(redis.call('GET', KEYS[1]))
    if not known or known < tonumber(ARGV[1]) then
        redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
    end";

/// Whether something was revoked cannot be said just now.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Away {
    /// Redis does not answer.
    #[error("Redis does not answer: {0}")]
    Redis(#[from] RedisError),
    /// Nobody was there any more to ask it.
    #[error("Redis was not asked")]
    Unasked,
    /// Redis answers, and has forgotten what it knew.
    #[error("Redis has lost its memory of what was revoked")]
    Forgotten,
}

/// Asks and tells Redis.
pub struct Revocations {
    redis: Arc<Redis>,
    prefix: String,
    /// When Redis last showed that it has not forgotten.
    seen: Mutex<Option<Instant>>,
}

impl Revocations {
    /// Over a connection of its own, made when it is first needed and driven by whoever needs it first.
    pub fn new(client: Client, prefix: &str) -> Self {
        Self {
            redis: Arc::new(Redis::new(client)),
            prefix: prefix.to_owned(),
            seen: Mutex::default(),
        }
    }

    /// Its connection, for others on the same thread.
    pub fn redis(&self) -> Arc<Redis> {
        self.redis.clone()
    }

    /// Of each token that is good by itself, whether it was revoked; one question for all of them.
    ///
    /// # Errors
    /// When that cannot be said.
    pub async fn are_revoked(&self, all: impl Iterator<Item = &Claims> + Clone) -> Result<Vec<bool>, Away> {
        let mut ask = cmd("MGET");
        ask.arg(self.epoch());
        for claims in all.clone() {
            ask.arg(self.token(claims.jti))
                .arg(self.session(claims.sid))
                .arg(self.user(claims.sub));
        }
        let answer: Vec<Option<String>> = self.redis.ask(&ask).await?;
        let Some((Some(_epoch), answer)) = answer.split_first() else {
            return Err(Away::Forgotten);
        };
        let revoked = |(claims, found): (&Claims, &[Option<String>; 3])| {
            let [token, session, user_since] = found;
            // Ids are UUIDv7: the token's own tells to the millisecond when it was granted.
            let is_older = |since: &String| since.parse().map_or(true, |since| granted_at(claims) <= since);
            token.is_some() || session.is_some() || user_since.as_ref().is_some_and(is_older)
        };
        Ok(all.zip(answer.as_chunks().0).map(revoked).collect())
    }

    /// Whether revocations can be asked and told.
    ///
    /// # Errors
    /// When not.
    pub async fn ready(&self) -> Result<(), Away> {
        let epoch: Option<String> = self.redis.ask(cmd("GET").arg(self.epoch())).await?;
        epoch.map(|_| ()).ok_or(Away::Forgotten)
    }

    /// Whether revocations could be asked and told a moment ago, without asking again when that is known.
    ///
    /// # Errors
    /// When not.
    pub async fn lately_ready(&self) -> Result<(), Away> {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.is_some_and(|seen| seen.elapsed() < LATELY) {
            return Ok(());
        }
        self.ready().await
    }

    /// Somebody met the epoch on the way.
    pub fn met_epoch(&self) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Ends a token and its whole session; when this returns, every replica knows.
    ///
    /// # Errors
    /// When it was not written.
    pub async fn end(&self, claims: &Claims, now: i64) -> Result<(), Away> {
        let left = (claims.exp - now).max(0) + MARGIN_SECONDS;
        let mut tell = pipe();
        tell.cmd("SET")
            .arg(self.token(claims.jti))
            .arg(1)
            .arg("EX")
            .arg(left)
            .ignore();
        tell.cmd("SET")
            .arg(self.session(claims.sid))
            .arg(1)
            .arg("EX")
            .arg(MEMORY_SECONDS)
            .ignore();
        Ok(self.redis.tell(&tell).await?)
    }

    /// Ends what user-svc has ended; when this returns, every replica knows.
    ///
    /// # Errors
    /// When it was not written.
    pub async fn tell(&self, ended: &Ended) -> Result<(), Away> {
        if ended.is_empty() {
            return Ok(());
        }
        let mut tell = pipe();
        for session in &ended.sessions {
            tell.cmd("SET")
                .arg(self.session(*session))
                .arg(1)
                .arg("EX")
                .arg(MEMORY_SECONDS)
                .ignore();
        }
        for user in &ended.users {
            tell.cmd("EVAL")
                .arg(RAISE)
                .arg(1)
                .arg(self.user(user.user_id))
                .arg(user.until)
                .arg(MEMORY_SECONDS)
                .ignore();
        }
        Ok(self.redis.tell(&tell).await?)
    }

    /// Marks that everything ended lately is known again.
    ///
    /// # Errors
    /// When it was not written.
    pub async fn begin_epoch(&self) -> Result<(), Away> {
        let mut tell = pipe();
        tell.cmd("SET")
            .arg(self.epoch())
            .arg(Uuid::now_v7().to_string())
            .arg("NX")
            .ignore();
        Ok(self.redis.tell(&tell).await?)
    }

    /// The key that is there as long as Redis remembers.
    pub fn epoch(&self) -> String {
        format!("{}:revoked:epoch", self.prefix)
    }

    fn token(&self, jti: Uuid) -> String {
        format!("{}:revoked:token:{jti}", self.prefix)
    }

    fn session(&self, sid: Uuid) -> String {
        format!("{}:revoked:session:{sid}", self.prefix)
    }

    fn user(&self, sub: Uuid) -> String {
        format!("{}:revoked:user:{sub}", self.prefix)
    }
}

fn granted_at(claims: &Claims) -> i64 {
    let (seconds, nanos) = claims
        .jti
        .get_timestamp()
        .map_or((0, 0), |timestamp| timestamp.to_unix());
    i64::try_from(seconds)
        .unwrap_or(0)
        .saturating_mul(1000)
        .saturating_add(i64::from(nanos / 1_000_000))
}
