//! Remove wishes for what is gone.

use souk_db::Conn;

use crate::store::wishes::Of;
use crate::{Result, events, store};

/// Events told by one statement.
const BATCH: usize = 1000;

/// Removes wishes and tells each.
///
/// # Errors
/// When the database fails.
pub(super) async fn drop_wishes(tx: &mut Conn, of: Of<'_>) -> Result<()> {
    let gone = store::wishes::delete_all(tx, of).await?;
    for wishes in gone.chunks(BATCH) {
        souk_outbox::enqueue_all(tx, wishes.iter().map(events::deleted).collect()).await?;
    }
    Ok(())
}
