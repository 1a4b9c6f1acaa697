//! A shop opens, changes, or closes: its products follow.

use souk_contracts::events::{
    ShopApproved, ShopCreated, ShopDeleted, ShopReinstated, ShopRejected, ShopSnapshot, ShopSuspended,
    ShopUpdated,
};
use souk_contracts::{Envelope, Event};
use souk_db::Conn;
use souk_outbox::Handler;

use crate::domain::{Shop, ShopId, ShopStatus, UserId};
use crate::{Error, Result, ops};

/// Each of these carries the shop as it is after the change.
macro_rules! on_snapshots {
    ($($(#[$doc:meta])+ $handler:ident $event:ident;)+) => {$(
        $(#[$doc])+
        pub struct $handler;

        impl Handler for $handler {
            type Event = $event;
            type Error = Error;

            async fn handle(&self, tx: &mut Conn, event: Envelope<$event>) -> Result<()> {
                let version = version(&event)?;
                keep(tx, &event.data.0, version).await
            }
        }
    )+};
}

on_snapshots! {
    /// Somebody applied.
    OnShopCreated ShopCreated;
    /// It may sell.
    OnShopApproved ShopApproved;
    /// It was refused.
    OnShopRejected ShopRejected;
    /// It may not sell for now.
    OnShopSuspended ShopSuspended;
    /// It may sell again.
    OnShopReinstated ShopReinstated;
    /// Something else of it changed.
    OnShopUpdated ShopUpdated;
}

/// It is gone for good.
pub struct OnShopDeleted;

impl Handler for OnShopDeleted {
    type Event = ShopDeleted;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<ShopDeleted>) -> Result<()> {
        let version = version(&event)?;
        let (id, owner_id) = (ShopId(event.data.shop_id), UserId(event.data.owner_id));
        ops::keep_shop(
            tx,
            &Shop {
                id,
                owner_id,
                status: ShopStatus::Closed.into(),
                version,
            },
        )
        .await
    }
}

fn version<E: Event>(event: &Envelope<E>) -> Result<i64> {
    event.aggregateversion.ok_or(Error::Unversioned(E::TYPE))
}

async fn keep(tx: &mut Conn, snapshot: &ShopSnapshot, version: i64) -> Result<()> {
    let (id, owner_id) = (ShopId(snapshot.shop_id), UserId(snapshot.owner_id));
    ops::keep_shop(
        tx,
        &Shop {
            id,
            owner_id,
            status: ShopStatus::from(snapshot.status).into(),
            version,
        },
    )
    .await
}
