//! What can go wrong in product-svc.

use souk_clients::ClientError;
use souk_db::{DbError, IdempotencyError};
use uuid::Uuid;

use crate::domain::{
    CategoryError, Invalid, ProductError, ReservationError, ShopError, StockError, VariationError,
};

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A field cannot take its value.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The tree of categories refuses.
    #[error(transparent)]
    Category(#[from] CategoryError),
    /// The product refuses.
    #[error(transparent)]
    Product(#[from] ProductError),
    /// The product's variations refuse.
    #[error(transparent)]
    Variation(#[from] VariationError),
    /// The stock refuses.
    #[error(transparent)]
    Stock(#[from] StockError),
    /// The shop is not the caller's, or may not sell.
    #[error(transparent)]
    Shop(#[from] ShopError),
    /// Who asks for what is not public has to say who it is.
    #[error("Hidden products are shown to those who are logged in.")]
    LoginRequired,
    /// Only an operator may ask for this.
    #[error("Hidden products are shown to the shop's owner and to operators.")]
    HiddenFromYou,
    /// An order and its reservation contradict each other.
    #[error(transparent)]
    Reservation(#[from] ReservationError),
    /// An event is about a variation that was never here.
    #[error("the variation {0} is not known here")]
    UnknownVariation(Uuid),
    /// An event came without its version.
    #[error("the event {0} has no aggregateversion")]
    Unversioned(&'static str),
    /// There is no such thing, or it is not the caller's to see.
    #[error("There is no such thing.")]
    NotFound,
    /// A column holds what the service never writes.
    #[error("the table {0} holds a row that cannot be read")]
    Unreadable(&'static str),
    /// Another service could not be asked.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// An idempotent transaction was not begun.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
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
            Self::Client(error) => error.outage().map(Self::from),
            Self::Db(error) => error.outage().map(Self::Db),
            _ => None,
        }
    }

    /// The unique index that refused a row, if that is what happened.
    pub fn violated_unique(&self) -> Option<&str> {
        match self {
            Self::Db(error) => error.violated_unique(),
            _ => None,
        }
    }
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
