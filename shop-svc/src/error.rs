//! What can go wrong in shop-svc.

use souk_db::{DbError, IdempotencyError};

use crate::domain::{AccountError, ShopError, TextError};

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule of the shop's life refuses.
    #[error(transparent)]
    Shop(#[from] ShopError),
    /// The account is not closed, or is.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// A text is too short or too long.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The shop has changed since the caller read it.
    #[error("The shop has changed since you read it.")]
    Stale,
    /// An idempotent transaction was not begun.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// An event came without its version.
    #[error("the event {0} has no aggregateversion")]
    Unversioned(&'static str),
    /// A row holds what the rules do not allow.
    #[error("a row of {0} cannot be read")]
    Corrupt(&'static str),
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
