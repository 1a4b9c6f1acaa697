//! What can go wrong in the gateway.

use souk_clients::ClientError;
use souk_clients::user::MalformedEnded;

use crate::limits::Stopped;
use crate::proxy::{Failed, Malformed};
use crate::revocation::Away;
use crate::tokens::Refused;

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The token is not good.
    #[error(transparent)]
    Token(#[from] Refused),
    /// The token was good, and was ended.
    #[error("The access token was revoked.")]
    Revoked,
    /// There is no token where one is needed.
    #[error("Log in first.")]
    LoginRequired,
    /// The user is no operator.
    #[error("Only an administrator may do this.")]
    AdminOnly,
    /// Nobody can say what was revoked.
    #[error(transparent)]
    Revocation(#[from] Away),
    /// user-svc refused or is away.
    #[error(transparent)]
    Users(#[from] ClientError),
    /// user-svc granted something that makes no sense.
    #[error("user-svc granted an unknown role")]
    Grant(#[from] souk_auth::UnknownRole),
    /// user-svc ended something that makes no sense.
    #[error("user-svc ended something, but what it was cannot be read")]
    Ended(#[from] MalformedEnded),
    /// A service did not answer an operator's question as it should.
    #[error(transparent)]
    Service(ClientError),
    /// There is no such thing.
    #[error("There is no such thing.")]
    NotFound,
    /// No service reads such a queue.
    #[error("No service reads a queue of this name.")]
    UnknownQueue,
    /// The path has no single meaning.
    #[error(transparent)]
    Path(#[from] Malformed),
    /// Nobody is called like that.
    #[error("Host is not a host and a port.")]
    Host,
    /// Path and query are too long.
    #[error("The address is too long.")]
    LongUrl,
    /// The body is too large, by its own account.
    #[error("The body is too large.")]
    LargeBody,
    /// There were too many requests, or nobody can say how many.
    #[error(transparent)]
    Limits(#[from] Stopped),
    /// A service gave no answer.
    #[error(transparent)]
    Upstream(#[from] Failed),
    /// A token could not be signed.
    #[error("a token could not be signed")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
