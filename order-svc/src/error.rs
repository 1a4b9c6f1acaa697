//! What can go wrong in order-svc.

use souk_clients::ClientError;
use souk_clients::product::LineChange;
use souk_db::{DbError, IdempotencyError};

use crate::domain::{AccountError, OrderError, PlacementError};

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The order does not change that way.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The cart's lines cannot be an order.
    #[error(transparent)]
    Placement(#[from] PlacementError),
    /// The account is not closed, or is.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// There is nothing to order.
    #[error("There is nothing in the cart.")]
    CartEmpty,
    /// Some lines are not to be had as the customer was shown.
    #[error("Some lines of the cart are not to be had as you were shown.")]
    CartChanged(Vec<LineChange>),
    /// Another checkout of the same cart was faster.
    #[error("The cart was ordered a moment ago.")]
    CartAlreadyOrdered,
    /// The stock was given back before the order could be written.
    #[error("The reservation of stock ran out before the order was placed.")]
    ReservationLapsed,
    /// The same request was accepted before.
    #[error("this request placed an order before")]
    PlacedBefore,
    /// Too many check out at this moment.
    #[error("too many checkouts are under way")]
    Busy,
    /// The new order's number belongs to another order.
    #[error("the order number is taken")]
    NumberTaken,
    /// The address is not in the customer's book.
    #[error("There is no such address in your address book.")]
    UnknownAddress,
    /// What was asked is not meaningful.
    #[error("{detail}")]
    Invalid {
        /// JSON pointer to the field.
        pointer: &'static str,
        /// Stable code for programs.
        code: &'static str,
        /// A sentence for people.
        detail: &'static str,
    },
    /// Only operators see other people's orders.
    #[error("Only an administrator may list other people's orders.")]
    AdminOnly,
    /// An idempotent transaction was not begun.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// Another service did not do its part.
    #[error(transparent)]
    Client(#[from] ClientError),
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
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
