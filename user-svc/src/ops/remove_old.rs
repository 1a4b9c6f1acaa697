//! Remove what is over.

use souk_db::Conn;

use crate::{Result, store};

/// Removes some of the secrets, sessions and notes of ended tokens that are long over, and answers how many.
///
/// # Errors
/// When the database fails.
pub async fn remove_old(tx: &mut Conn) -> Result<usize> {
    Ok(store::old::remove(tx).await?)
}
