//! Who listens to what, and what a failure means for the message.

mod on_product;
mod on_rating;
mod on_shop;
mod on_stock;

use souk_bus::Bus;
use souk_contracts::{Envelope, topology};
use souk_db::Db;
use souk_outbox::{Outcome, Runner};

pub use on_product::{OnProductCreated, OnProductDeleted, OnProductUpdated};
pub use on_rating::OnRatingUpdated;
pub use on_shop::{
    OnShopApproved, OnShopCreated, OnShopDeleted, OnShopReinstated, OnShopRejected, OnShopSuspended,
    OnShopUpdated,
};
pub use on_stock::OnStockChanged;

use crate::{Error, Result};

/// Keeps all that can be searched. One queue, so that it stays in order.
pub fn catalogue(db: Db, bus: Bus) -> Runner<Error> {
    Runner::new(db, bus, &topology::SEARCH_CATALOGUE, settle)
        .on(OnShopCreated)
        .on(OnShopApproved)
        .on(OnShopRejected)
        .on(OnShopSuspended)
        .on(OnShopReinstated)
        .on(OnShopUpdated)
        .on(OnShopDeleted)
        .on(OnRatingUpdated)
        .on(OnProductCreated)
        .on(OnProductUpdated)
        .on(OnProductDeleted)
        .on(OnStockChanged)
}

/// What a failure means for its message.
pub fn settle(error: &Error) -> Outcome {
    match error {
        Error::Db(error) => Outcome::of_database(error),
        Error::Unversioned(_) => Outcome::Park,
        Error::NoSuchShop | Error::NoSuchJob | Error::JobRunning(_) => Outcome::Done,
        Error::Unwritable(_) | Error::Index(_) | Error::Source(_) => Outcome::Retry,
    }
}

/// The version that decides which of two events is the newer; without it nothing can be kept.
fn version<T>(event: &Envelope<T>, kind: &'static str) -> Result<i64> {
    event.aggregateversion.ok_or(Error::Unversioned(kind))
}
