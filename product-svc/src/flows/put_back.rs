//! Puts cancelled items back into stock.

use souk_db::Db;

use crate::{Result, ops};

/// Items in one transaction, at most.
const BATCH: i64 = 100;

/// Puts back every item that waits. Any number of replicas may do it at once.
///
/// # Errors
/// When the database fails; what was put back before stays.
pub async fn put_back(db: Db) -> Result<()> {
    while db
        .transaction(async |tx| ops::put_back_returns(tx, BATCH).await)
        .await?
        > 0
    {}
    Ok(())
}
