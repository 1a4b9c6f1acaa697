//! Customers think otherwise of a shop or product.

use souk_contracts::events::RatingUpdated;
use souk_contracts::{Envelope, Event};
use souk_db::Conn;
use souk_outbox::Handler;

use super::version;
use crate::{Error, Result, ops};

/// Keeps the rating.
pub struct OnRatingUpdated;

impl Handler for OnRatingUpdated {
    type Event = RatingUpdated;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<RatingUpdated>) -> Result<()> {
        let version = version(&event, RatingUpdated::TYPE)?;
        ops::keep_rating(tx, &event.data, version).await
    }
}
