//! Tells products again after something above them changed.

use chrono::Utc;
use souk_db::Db;

use crate::{Result, ops};

/// Products in one transaction, at most.
const BATCH: i64 = 50;

/// Tells every product that waits for it. Any number of replicas may do it at once.
///
/// # Errors
/// When the database fails; what was told before stays told.
pub async fn announce(db: Db) -> Result<()> {
    while db
        .transaction(async |tx| ops::announce_products(tx, BATCH, Utc::now()).await)
        .await?
        > 0
    {}
    Ok(())
}
