//! The catalogue changes.

use std::marker::PhantomData;

use souk_contracts::Envelope;
use souk_contracts::Event;
use souk_contracts::events::{ProductDeleted, StockChanged};
use souk_db::Conn;
use souk_mirror::events::ProductEvent;
use souk_mirror::stock;
use souk_outbox::{BatchHandler, Handler};

use crate::{Error, Result, ops};

/// A product was added or changed.
#[derive(Default)]
pub struct OnProduct<E>(PhantomData<E>);

impl<E> OnProduct<E> {
    /// A handler.
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<E: ProductEvent> Handler for OnProduct<E> {
    type Event = E;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<E>) -> Result<()> {
        let version = event.aggregateversion.ok_or(Error::Unversioned(E::TYPE))?;
        ops::keep_product(tx, event.data.product(), version).await
    }
}

/// A product was archived.
pub struct OnProductDeleted;

impl Handler for OnProductDeleted {
    type Event = ProductDeleted;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<ProductDeleted>) -> Result<()> {
        let version = event
            .aggregateversion
            .ok_or(Error::Unversioned(ProductDeleted::TYPE))?;
        ops::delete_product(tx, &event.data, version).await
    }
}

/// Stock changed.
pub struct OnStockChanged;

impl BatchHandler for OnStockChanged {
    type Event = StockChanged;
    type Error = Error;

    async fn handle_all(&self, tx: &mut Conn, events: Vec<Envelope<StockChanged>>) -> Result<()> {
        let changes: Vec<_> = events.into_iter().map(|event| event.data).collect();
        Ok(stock::record(tx, &changes).await?)
    }
}
