//! What can go wrong in user-svc.

use souk_db::{DbError, IdempotencyError};

use crate::domain::{AddressError, MailTokenError, PasswordError, RefreshError, StandingError};

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The password may not be set.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The password may not take the place of another.
    #[error(transparent)]
    NewPassword(PasswordError),
    /// A change must be allowed by the password as it is, and that is another one.
    #[error("This is not your password.")]
    WrongPassword,
    /// The mailed secret is not good.
    #[error(transparent)]
    MailToken(#[from] MailTokenError),
    /// There is nothing left to verify.
    #[error("The e-mail address is verified already.")]
    AlreadyVerified,
    /// An operator's change is refused.
    #[error(transparent)]
    Standing(#[from] StandingError),
    /// Whoever asks is not an operator any more.
    #[error("Only an administrator may do this.")]
    OperatorsOnly,
    /// The refresh token gives nothing.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// The address book does not take it.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The e-mail address has an account.
    #[error("There is an account with this e-mail address.")]
    EmailTaken,
    /// E-mail address and password do not belong together.
    #[error("The e-mail address or the password is wrong.")]
    InvalidCredentials,
    /// There is no such user.
    #[error("There is no such user.")]
    NotFound,
    /// A password could not be hashed.
    #[error("the password could not be hashed")]
    Hash(#[source] argon2::password_hash::Error),
    /// Work was broken off by a panic or a shutdown.
    #[error("background work was broken off")]
    Broken(#[from] tokio::task::JoinError),
    /// An idempotent transaction was not begun.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// An event came without its version.
    #[error("the event {0} has no aggregateversion")]
    Unversioned(&'static str),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
