//! Who listens to what, and what a failure means for the message.

mod on_product;
mod on_shop;
mod on_user;

use souk_bus::Bus;
use souk_contracts::events::{
    ProductCreated, ProductUpdated, ShopApproved, ShopCreated, ShopReinstated, ShopRejected, ShopSuspended,
};
use souk_contracts::topology;
use souk_db::Db;
use souk_mirror::OwnerRule;
use souk_outbox::{Outcome, Runner};

use crate::Error;

pub use on_product::{OnProduct, OnProductDeleted, OnStockChanged};
pub use on_shop::{OnShop, OnShopDeleted};
pub use on_user::{OnUserCreated, OnUserDeleted, OnUserUpdated};

/// Each account has a wishlist.
pub fn users(db: Db, bus: Bus) -> Runner<Error> {
    Runner::new(db, bus, &topology::WISHLIST_USERS, settle)
        .on(OnUserCreated)
        .on(OnUserUpdated)
        .on(OnUserDeleted)
}

/// Which shops may be seen, and who owns one.
pub fn shops(db: Db, bus: Bus, rule: OwnerRule) -> Runner<Error> {
    Runner::new(db, bus, &topology::WISHLIST_SHOPS, settle)
        .on(OnShop::<ShopCreated>::new(rule))
        .on(OnShop::<ShopApproved>::new(rule))
        .on(OnShop::<ShopRejected>::new(rule))
        .on(OnShop::<ShopSuspended>::new(rule))
        .on(OnShop::<ShopReinstated>::new(rule))
        .on(OnShopDeleted)
}

/// Titles, prices and stock of what is wished for.
pub fn catalogue(db: Db, bus: Bus) -> Runner<Error> {
    Runner::new(db, bus, &topology::WISHLIST_CATALOGUE, settle)
        .on(OnProduct::<ProductCreated>::new())
        .on(OnProduct::<ProductUpdated>::new())
        .on(OnProductDeleted)
        .on(OnStockChanged)
}

/// What a failure means for its message.
pub fn settle(error: &Error) -> Outcome {
    match error {
        Error::Db(error) => Outcome::of_database(error),
        Error::Unversioned(_) => Outcome::Park,
        Error::Wishlist(_) => Outcome::Done,
        Error::Cart(_) | Error::Peer(_) | Error::Idempotency(_) => Outcome::Retry,
    }
}
