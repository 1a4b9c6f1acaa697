//! A user changes or is gone.

use souk_contracts::Envelope;
use souk_contracts::events::{UserDeleted, UserUpdated};
use souk_db::Conn;
use souk_outbox::Handler;

use crate::{Error, Result, ops};

/// The user is gone: what is personal goes, the orders stay.
pub struct OnUserDeleted;

impl Handler for OnUserDeleted {
    type Event = UserDeleted;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<UserDeleted>) -> Result<()> {
        ops::forget_user(tx, event.data.user_id).await
    }
}

/// An order holds nothing that follows the account.
pub struct OnUserUpdated;

impl Handler for OnUserUpdated {
    type Event = UserUpdated;
    type Error = Error;

    async fn handle(&self, _: &mut Conn, _: Envelope<UserUpdated>) -> Result<()> {
        Ok(())
    }
}
