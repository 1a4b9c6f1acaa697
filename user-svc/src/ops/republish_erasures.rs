//! Publish again which accounts were erased.

use souk_contracts::events::UserDeleted;
use souk_db::Conn;
use souk_outbox::Pending;
use uuid::Uuid;

use crate::{Result, store};

/// Accounts taken at a time.
const BATCH: i64 = 500;

/// Publishes `user.deleted` again for the erased accounts that come next after `after`, and answers the last of them and
/// how many they were; `None` after the last one. Every reader may be told any number of times.
///
/// # Errors
/// When the database fails.
pub async fn republish_erasures(tx: &mut Conn, after: Uuid) -> Result<Option<(Uuid, usize)>> {
    let erased = store::users::erased_after(tx, after, BATCH).await?;
    let Some((last, _)) = erased.last().copied() else {
        return Ok(None);
    };
    let count = erased.len();
    let events = erased
        .into_iter()
        .map(|(user_id, version)| Pending::new(UserDeleted { user_id }, Some(version)));
    souk_outbox::enqueue_all(tx, events.collect()).await?;
    Ok(Some((last, count)))
}
