//! Clear sealed successors of refresh tokens.

use souk_db::Conn;

use crate::{Result, store};

/// Removes some of the successors that may not be handed out again, and answers how many.
///
/// # Errors
/// When the database fails.
pub async fn clear_successors(tx: &mut Conn) -> Result<usize> {
    Ok(store::sessions::clear_successors(tx).await?)
}
