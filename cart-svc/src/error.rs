//! What can go wrong in cart-svc.

use souk_clients::ClientError;
use souk_db::{DbError, IdempotencyError};

use crate::domain::CartError;

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The cart refuses.
    #[error(transparent)]
    Cart(#[from] CartError),
    /// product-svc could not be asked.
    #[error("product-svc gave no answer")]
    Products(#[from] Box<ClientError>),
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

impl From<ClientError> for Error {
    fn from(error: ClientError) -> Self {
        Self::Products(Box::new(error))
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl Error {
    /// The same failure for another who waited together with this one, when something that both need is unavailable.
    pub fn outage(&self) -> Option<Self> {
        match self {
            Self::Products(error) => error.outage().map(Self::from),
            Self::Db(error) => error.outage().map(Self::Db),
            _ => None,
        }
    }
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
