//! A product comes, changes or goes.

use souk_contracts::events::{ProductCreated, ProductDeleted, ProductUpdated};
use souk_contracts::{Envelope, Event};
use souk_db::Conn;
use souk_outbox::Handler;

use super::version;
use crate::{Error, Result, ops};

/// There is a new product.
pub struct OnProductCreated;

impl Handler for OnProductCreated {
    type Event = ProductCreated;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<ProductCreated>) -> Result<()> {
        let version = version(&event, ProductCreated::TYPE)?;
        ops::keep_product(tx, &event.data.0, version).await
    }
}

/// The product is another.
pub struct OnProductUpdated;

impl Handler for OnProductUpdated {
    type Event = ProductUpdated;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<ProductUpdated>) -> Result<()> {
        let version = version(&event, ProductUpdated::TYPE)?;
        ops::keep_product(tx, &event.data.0, version).await
    }
}

/// The product is gone.
pub struct OnProductDeleted;

impl Handler for OnProductDeleted {
    type Event = ProductDeleted;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<ProductDeleted>) -> Result<()> {
        let version = version(&event, ProductDeleted::TYPE)?;
        ops::drop_product(tx, event.data.product_id, event.data.shop_id, version).await
    }
}
