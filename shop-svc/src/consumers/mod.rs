//! Who listens to what, and what a failure means for the message.

mod on_order_finished;
mod on_order_item;
mod on_user;

use souk_bus::Bus;
use souk_contracts::topology;
use souk_db::{Db, IdempotencyError};
use souk_outbox::{Outcome, Runner};

use crate::Error;
use crate::domain::ShopError;
pub use on_order_finished::{OnOrderCancelled, OnOrderCompleted};
pub use on_order_item::{OnOrderItemCreated, OnOrderItemStatusUpdated};
pub use on_user::{OnUserDeleted, OnUserUpdated};

/// Keeps the list of what was ordered from each shop.
pub fn orders(db: Db, bus: Bus) -> Runner<Error> {
    Runner::new(db, bus, &topology::SHOP_ORDERS, settle)
        .on(OnOrderItemCreated)
        .on(OnOrderItemStatusUpdated)
        .on(OnOrderCompleted)
        .on(OnOrderCancelled)
}

/// Keeps which owners may log in.
pub fn users(db: Db, bus: Bus) -> Runner<Error> {
    Runner::new(db, bus, &topology::SHOP_USERS, settle)
        .on(OnUserUpdated)
        .on(OnUserDeleted)
}

/// What a failure means for its message.
pub fn settle(error: &Error) -> Outcome {
    match error {
        Error::Db(error) | Error::Idempotency(IdempotencyError::Db(error)) => Outcome::of_database(error),
        Error::Unversioned(_) => Outcome::Park,
        // A replica of the later build, or this one after it was replaced, can decide.
        Error::Shop(ShopError::UnknownStatus(_)) => Outcome::Retry,
        Error::Shop(_) | Error::Account(_) | Error::Text(_) | Error::Stale => Outcome::Done,
        Error::Idempotency(_) | Error::Corrupt(_) => Outcome::Retry,
    }
}
