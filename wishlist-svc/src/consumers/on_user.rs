//! Somebody registers, changes or leaves.

use souk_contracts::Envelope;
use souk_contracts::events::{UserCreated, UserDeleted, UserUpdated};
use souk_db::Conn;
use souk_outbox::Handler;

use crate::{Error, Result, ops};

/// A new account gets an empty wishlist.
pub struct OnUserCreated;

impl Handler for OnUserCreated {
    type Event = UserCreated;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<UserCreated>) -> Result<()> {
        ops::make_wishlist(tx, event.data.user_id).await
    }
}

/// Nothing of an account's state matters to its wishlist: who may not log in does not reach it.
pub struct OnUserUpdated;

impl Handler for OnUserUpdated {
    type Event = UserUpdated;
    type Error = Error;

    async fn handle(&self, _: &mut Conn, _: Envelope<UserUpdated>) -> Result<()> {
        Ok(())
    }
}

/// The wishlist of an account that is gone goes too.
pub struct OnUserDeleted;

impl Handler for OnUserDeleted {
    type Event = UserDeleted;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<UserDeleted>) -> Result<()> {
        ops::erase_wishlist(tx, event.data.user_id).await
    }
}
