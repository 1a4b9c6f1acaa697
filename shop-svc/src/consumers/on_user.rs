//! An account changed or is gone.

use souk_contracts::Envelope;
use souk_contracts::events::{UserDeleted, UserUpdated};
use souk_db::Conn;
use souk_outbox::Handler;

use crate::domain::AccountState;
use crate::{Error, Result, ops};

/// Stops the shop of an account that was shut.
pub struct OnUserUpdated;

impl Handler for OnUserUpdated {
    type Event = UserUpdated;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<UserUpdated>) -> Result<()> {
        let version = event.aggregateversion.ok_or(Error::Unversioned("user.updated"))?;
        let state = if event.data.is_active {
            AccountState::Active
        } else {
            AccountState::Inactive
        };
        ops::keep_account(tx, event.data.user_id, state, version).await
    }
}

/// Closes the shop of an account that is gone, and forgets it as a customer.
pub struct OnUserDeleted;

impl Handler for OnUserDeleted {
    type Event = UserDeleted;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<UserDeleted>) -> Result<()> {
        let version = event.aggregateversion.ok_or(Error::Unversioned("user.deleted"))?;
        ops::erase_account(tx, event.data.user_id, version).await
    }
}
