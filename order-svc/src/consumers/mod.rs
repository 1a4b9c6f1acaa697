//! Who listens to what, and what a failure means for the message.

mod on_user;

use souk_bus::Bus;
use souk_contracts::topology;
use souk_db::Db;
use souk_outbox::{Outcome, Runner};

use crate::Error;
pub use on_user::{OnUserDeleted, OnUserUpdated};

/// Forgets users who are gone.
pub fn users(db: Db, bus: Bus) -> Runner<Error> {
    Runner::new(db, bus, &topology::ORDER_USERS, settle)
        .on(OnUserDeleted)
        .on(OnUserUpdated)
}

/// What a failure means for its message.
pub fn settle(error: &Error) -> Outcome {
    match error {
        Error::Db(error) => Outcome::of_database(error),
        Error::Order(_) | Error::Placement(_) | Error::CartEmpty | Error::CartChanged(_) => Outcome::Done,
        Error::Account(_)
        | Error::CartAlreadyOrdered
        | Error::AdminOnly
        | Error::UnknownAddress
        | Error::Invalid { .. } => Outcome::Done,
        Error::ReservationLapsed
        | Error::Busy
        | Error::NumberTaken
        | Error::PlacedBefore
        | Error::Idempotency(_)
        | Error::Client(_) => Outcome::Retry,
    }
}
