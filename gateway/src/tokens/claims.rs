//! What a token says, and the rules it must fit.

use chrono::{DateTime, Utc};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use souk_auth::Role;
use uuid::{NoContext, Timestamp, Uuid};

use super::key::Key;

/// How long an access token lives.
pub const LIFE_SECONDS: i64 = 15 * 60;

const ISSUER: &str = "souk-gateway";
const AUDIENCE: &str = "souk";
const ACCESS: &str = "access";
/// Ours are some 500 bytes long.
const MAX_TOKEN: usize = 4096;

/// The claims of an access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    /// The user.
    pub sub: Uuid,
    /// The token itself; a UUIDv7 of when user-svc granted it, so that it can be told from what ended since.
    pub jti: Uuid,
    /// The session it belongs to.
    pub sid: Uuid,
    typ: String,
    /// The user's role when it was issued.
    pub role: Role,
    /// When it was issued, in unix seconds.
    pub iat: i64,
    /// When it ends, in unix seconds.
    pub exp: i64,
}

impl Claims {
    pub(super) fn begin(user: Uuid, role: Role, session: Uuid, granted_at: DateTime<Utc>, now: i64) -> Self {
        let seconds = u64::try_from(granted_at.timestamp()).unwrap_or(0);
        let granted_at = Timestamp::from_unix(NoContext, seconds, granted_at.timestamp_subsec_nanos());
        Self {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user,
            jti: Uuid::new_v7(granted_at),
            sid: session,
            typ: ACCESS.to_owned(),
            role,
            iat: now,
            exp: now + LIFE_SECONDS,
        }
    }
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It was good once.
    #[error("The access token has expired.")]
    Expired,
    /// It never was a token of ours.
    #[error("The access token is not valid.")]
    Invalid,
}

pub(super) fn sign(claims: &Claims, key: &Key) -> Result<String, jsonwebtoken::errors::Error> {
    let header = Header {
        kid: Some(key.kid.clone()),
        ..Header::new(Algorithm::EdDSA)
    };
    encode(&header, claims, &key.signing)
}

/// Which key a token says it was signed with; nothing of it is believed yet.
pub(super) fn kid(token: &str) -> Result<String, Refused> {
    if token.len() > MAX_TOKEN {
        return Err(Refused::Invalid);
    }
    let header = decode_header(token).map_err(|_| Refused::Invalid)?;
    match (header.alg, header.kid) {
        (Algorithm::EdDSA, Some(kid)) => Ok(kid),
        _ => Err(Refused::Invalid),
    }
}

pub(super) struct Rules(Validation);

impl Rules {
    pub fn new() -> Self {
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.leeway = 0;
        Self(rules)
    }

    pub fn check(&self, token: &str, key: &Key) -> Result<Claims, Refused> {
        let claims = decode::<Claims>(token, &key.verifying, &self.0)
            .map_err(|error| match error.kind() {
                ErrorKind::ExpiredSignature => Refused::Expired,
                _ => Refused::Invalid,
            })?
            .claims;
        if claims.typ == ACCESS {
            Ok(claims)
        } else {
            Err(Refused::Invalid)
        }
    }
}
