//! A shop changes, opens, shuts or goes.

use souk_contracts::events::{
    ShopApproved, ShopCreated, ShopDeleted, ShopReinstated, ShopRejected, ShopSuspended, ShopUpdated,
};
use souk_contracts::{Envelope, Event};
use souk_db::Conn;
use souk_outbox::Handler;

use super::version;
use crate::{Error, Result, ops};

/// Each of these tells the whole shop, so each has the same effect.
macro_rules! keep_shop {
    ($($(#[$doc:meta])+ $handler:ident: $event:ident)+) => {$(
        $(#[$doc])+
        pub struct $handler;

        impl Handler for $handler {
            type Event = $event;
            type Error = Error;

            async fn handle(&self, tx: &mut Conn, event: Envelope<$event>) -> Result<()> {
                let version = version(&event, $event::TYPE)?;
                ops::keep_shop(tx, &event.data.0, version).await
            }
        }
    )+};
}

keep_shop! {
    /// Somebody applied for a shop: known, not yet to be seen.
    OnShopCreated: ShopCreated
    /// The shop and its products can be found.
    OnShopApproved: ShopApproved
    /// The shop cannot be found.
    OnShopRejected: ShopRejected
    /// The shop and its products are hidden.
    OnShopSuspended: ShopSuspended
    /// The shop and its products are back.
    OnShopReinstated: ShopReinstated
    /// The shop's profile is another.
    OnShopUpdated: ShopUpdated
}

/// The shop and its products are gone.
pub struct OnShopDeleted;

impl Handler for OnShopDeleted {
    type Event = ShopDeleted;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<ShopDeleted>) -> Result<()> {
        let version = version(&event, ShopDeleted::TYPE)?;
        ops::drop_shop(tx, event.data.shop_id, version).await
    }
}
