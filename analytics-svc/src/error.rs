//! What can go wrong in analytics-svc.

use souk_contracts::DecodeError;
use souk_db::DbError;

use crate::domain::{BoundError, PeriodError};

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such period.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// A bound of a period cannot be read.
    #[error("{field} {source}")]
    Bound {
        /// `from` or `to`.
        field: &'static str,
        /// What is wrong with it.
        source: BoundError,
    },
    /// There is no such shop.
    #[error("There is no such shop.")]
    NoShop,
    /// The shop is someone else's.
    #[error("Only the owner of a shop and admins see its figures.")]
    NotOwner,
    /// shop-svc did not say whose shop it is.
    #[error("shop-svc cannot be asked")]
    ShopService(#[source] souk_clients::ClientError),
    /// An event is not what its type promises.
    #[error(transparent)]
    Unreadable(#[from] DecodeError),
    /// An event says what cannot be.
    #[error("the event {kind} is impossible: {reason}")]
    Impossible {
        /// Its type.
        kind: String,
        /// What is impossible about it.
        reason: &'static str,
    },
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
