//! What can go wrong in search-svc.

use souk_clients::ClientError;
use souk_db::DbError;
use uuid::Uuid;

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
    /// There is no such job.
    #[error("There is no such job.")]
    NoSuchJob,
    /// A job of the same kind with another source is at work.
    #[error("The job {0} is still at work.")]
    JobRunning(Uuid),
    /// The index could not do it.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// A service that owns shops or products does not answer.
    #[error("the source of the index is unavailable: {0}")]
    Source(#[from] ClientError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Why the index could not do it.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The backend cannot be reached, or another process has its directory.
    #[error("the search index is unavailable: {0}")]
    Unavailable(String),
    /// No index has been built yet.
    #[error("the search index is being built")]
    NotBuilt,
    /// There is no index of this id any more.
    #[error("the index {0} does not exist")]
    NoSuchIndex(Uuid),
    /// The state of the index that a page was read from is no longer kept.
    #[error("the snapshot of this search is no longer kept")]
    SnapshotExpired,
    /// Too many searches wait already.
    #[error("too many searches are waiting")]
    Busy,
    /// The backend failed.
    #[error("the search index failed: {0}")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl IndexError {
    /// A failure of the backend.
    pub fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed(error.into())
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
