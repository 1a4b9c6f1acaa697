//! Begin a new filling of the index.

use souk_db::Conn;
use uuid::Uuid;

use crate::{Result, store};

/// Queues everything and notes which filling of the index it is for.
///
/// # Errors
/// When the database fails.
pub async fn rebuild(tx: &mut Conn, generation: Uuid) -> Result<()> {
    store::queue::fill(tx).await?;
    store::generation::write(tx, generation).await
}
