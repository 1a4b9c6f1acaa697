//! What can go wrong in search-svc.

use souk_db::DbError;

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such shop, or it is hidden.
    #[error("There is no such shop.")]
    NoSuchShop,
    /// An event came without its version.
    #[error("the event {0} has no aggregateversion")]
    Unversioned(&'static str),
    /// A snapshot cannot be written down.
    #[error("a snapshot cannot be written as JSON")]
    Unwritable(#[from] serde_json::Error),
    /// The index failed.
    #[error("the search index failed: {0}")]
    Index(#[source] Box<dyn std::error::Error + Send + Sync>),
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
