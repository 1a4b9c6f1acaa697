//! A shop opens or closes.

use souk_contracts::Envelope;
use souk_contracts::events::{ShopApproved, ShopDeleted};
use souk_db::Conn;
use souk_outbox::Handler;

use crate::{Error, Result, ops};

/// The shop is open: its owner is a shop owner.
pub struct OnShopApproved;

impl Handler for OnShopApproved {
    type Event = ShopApproved;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<ShopApproved>) -> Result<()> {
        let version = event
            .aggregateversion
            .ok_or(Error::Unversioned("shop.approved"))?;
        let shop = event.data.0;
        ops::keep_shop_owner(tx, shop.shop_id, shop.owner_id, true, version).await
    }
}

/// The shop is closed for good.
pub struct OnShopDeleted;

impl Handler for OnShopDeleted {
    type Event = ShopDeleted;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<ShopDeleted>) -> Result<()> {
        let version = event.aggregateversion.ok_or(Error::Unversioned("shop.deleted"))?;
        ops::keep_shop_owner(tx, event.data.shop_id, event.data.owner_id, false, version).await
    }
}
