//! Removes the sealed successors of refresh tokens.

use souk_db::Db;

use crate::{Result, ops};

/// Removes, in small batches, the successors that may not be handed out any more. Any number of replicas may do it at once.
///
/// # Errors
/// When the database fails; what was removed before stays removed.
pub async fn clear_successors(db: Db) -> Result<()> {
    while db.transaction(async |tx| ops::clear_successors(tx).await).await? > 0 {}
    Ok(())
}
