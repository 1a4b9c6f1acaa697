//! Events that carry a whole shop or product, so that one handler serves them all.

use souk_contracts::Event;
use souk_contracts::events::{
    ProductCreated, ProductSnapshot, ProductUpdated, ShopApproved, ShopCreated, ShopReinstated, ShopRejected,
    ShopSnapshot, ShopSuspended, ShopUpdated,
};

/// An event that says how a shop is now.
pub trait ShopEvent: Event {
    /// The shop.
    fn shop(&self) -> &ShopSnapshot;
}

/// An event that says how a product is now.
pub trait ProductEvent: Event {
    /// The product.
    fn product(&self) -> &ProductSnapshot;
}

macro_rules! shop_events {
    ($($event:ident)+) => {$(
        impl ShopEvent for $event {
            fn shop(&self) -> &ShopSnapshot {
                &self.0
            }
        }
    )+};
}

macro_rules! product_events {
    ($($event:ident)+) => {$(
        impl ProductEvent for $event {
            fn product(&self) -> &ProductSnapshot {
                &self.0
            }
        }
    )+};
}

shop_events!(ShopCreated ShopApproved ShopRejected ShopSuspended ShopReinstated ShopUpdated);
product_events!(ProductCreated ProductUpdated);
