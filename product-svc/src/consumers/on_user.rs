//! An account is gone.

use souk_contracts::Envelope;
use souk_contracts::events::UserDeleted;
use souk_db::Conn;
use souk_outbox::Handler;

use crate::{Error, Result, ops};

/// Forgets what was answered to the account.
pub struct OnUserDeleted;

impl Handler for OnUserDeleted {
    type Event = UserDeleted;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<UserDeleted>) -> Result<()> {
        ops::erase_account(tx, event.data.user_id).await
    }
}
