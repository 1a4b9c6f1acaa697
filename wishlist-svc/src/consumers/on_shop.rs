//! A shop changes or closes.

use std::marker::PhantomData;

use souk_contracts::Envelope;
use souk_contracts::Event;
use souk_contracts::events::ShopDeleted;
use souk_db::Conn;
use souk_mirror::OwnerRule;
use souk_mirror::events::ShopEvent;
use souk_outbox::Handler;

use crate::{Error, Result, ops};

/// Whether a shop may sell decides over wishes and, if the rule says so, over its owner's wishlist.
pub struct OnShop<E> {
    rule: OwnerRule,
    event: PhantomData<E>,
}

impl<E> OnShop<E> {
    /// A handler under this rule.
    pub fn new(rule: OwnerRule) -> Self {
        Self {
            rule,
            event: PhantomData,
        }
    }
}

impl<E: ShopEvent> Handler for OnShop<E> {
    type Event = E;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<E>) -> Result<()> {
        let version = event.aggregateversion.ok_or(Error::Unversioned(E::TYPE))?;
        ops::keep_shop(tx, self.rule, event.data.shop(), version, event.time).await
    }
}

/// The shop is closed for good; wishes for it and its products go.
pub struct OnShopDeleted;

impl Handler for OnShopDeleted {
    type Event = ShopDeleted;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<ShopDeleted>) -> Result<()> {
        let version = event
            .aggregateversion
            .ok_or(Error::Unversioned(ShopDeleted::TYPE))?;
        ops::close_shop(tx, &event.data, version, event.time).await
    }
}
