//! Who listens to what, and what a failure means for the message.

mod nothing;
mod on_order;
mod on_shop;
mod on_user;

use souk_bus::Bus;
use souk_contracts::events::{OrderCancelled, OrderCompleted, UserUpdated};
use souk_contracts::topology;
use souk_db::Db;
use souk_outbox::{Outcome, Runner};

use crate::Error;
use crate::domain::ReservationError;
use nothing::Nothing;

pub use on_order::{OnItemStatusUpdated, OnOrderCreated};
pub use on_shop::{
    OnShopApproved, OnShopCreated, OnShopDeleted, OnShopReinstated, OnShopRejected, OnShopSuspended,
    OnShopUpdated,
};
pub use on_user::OnUserDeleted;

/// Keeps which shops may sell.
pub fn shops(db: Db, bus: Bus) -> Runner<Error> {
    Runner::new(db, bus, &topology::PRODUCT_SHOPS, settle)
        .on(OnShopCreated)
        .on(OnShopApproved)
        .on(OnShopRejected)
        .on(OnShopSuspended)
        .on(OnShopReinstated)
        .on(OnShopUpdated)
        .on(OnShopDeleted)
}

/// Turns reservations into sales, and cancelled items into stock.
pub fn orders(db: Db, bus: Bus) -> Runner<Error> {
    Runner::new(db, bus, &topology::PRODUCT_ORDERS, settle)
        .on(OnOrderCreated)
        .on(OnItemStatusUpdated)
        .on(Nothing::of::<OrderCompleted>())
        .on(Nothing::of::<OrderCancelled>())
}

/// Accounts that are gone: nothing of them is kept beyond ids, which say nothing then.
pub fn users(db: Db, bus: Bus) -> Runner<Error> {
    Runner::new(db, bus, &topology::PRODUCT_USERS, settle)
        .on(Nothing::of::<UserUpdated>())
        .on(OnUserDeleted)
}

/// What a failure means for its message.
pub fn settle(error: &Error) -> Outcome {
    match error {
        Error::Db(error) => Outcome::of_database(error),
        Error::Client(error) if error.is_unavailable() => Outcome::Hold,
        // A replica of the later build, or this one after it was replaced, can decide.
        Error::Reservation(ReservationError::UnknownStatus(_)) => Outcome::Retry,
        Error::Reservation(_) | Error::UnknownVariation(_) | Error::Unversioned(_) => Outcome::Park,
        Error::Category(_)
        | Error::HiddenFromYou
        | Error::Invalid(_)
        | Error::LoginRequired
        | Error::NotFound
        | Error::Product(_)
        | Error::Shop(_)
        | Error::Stock(_)
        | Error::Variation(_) => Outcome::Done,
        Error::Client(_) | Error::Idempotency(_) | Error::Unreadable(_) => Outcome::Retry,
    }
}
