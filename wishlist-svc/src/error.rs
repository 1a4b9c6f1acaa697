//! What can go wrong in wishlist-svc.

use souk_clients::{ClientError, ProblemBody};
use souk_db::{DbError, IdempotencyError};

use crate::domain::WishlistError;

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The wishlist refuses.
    #[error(transparent)]
    Wishlist(#[from] WishlistError),
    /// The cart refuses what should be moved there.
    #[error("the cart refuses: {}", .0.slug())]
    Cart(Box<ProblemBody>),
    /// Another service could not be asked.
    #[error("another service gave no answer")]
    Peer(#[source] Box<ClientError>),
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
        Self::Peer(Box::new(error))
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
