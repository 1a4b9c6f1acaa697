//! Take pictures that are to be removed.

use souk_db::Conn;
use uuid::Uuid;

use crate::{Result, store};

/// How many are taken at a time.
const SOME: i64 = 50;

/// Some of the pictures that are due; nobody else takes them for a while.
///
/// # Errors
/// When the database fails.
pub async fn take_discarded_pictures(tx: &mut Conn) -> Result<Vec<Uuid>> {
    Ok(store::pictures::take_due(tx, SOME).await?)
}
