//! Removes what nobody will ask for again.

use souk_db::Db;

use crate::{Result, ops};

/// Removes old rows in small batches until there are none. Any number of replicas may do it at once.
///
/// # Errors
/// When the database fails; what was removed before stays removed.
pub async fn tidy(db: Db) -> Result<()> {
    while db.transaction(async |tx| ops::remove_old(tx).await).await? > 0 {}
    Ok(())
}
