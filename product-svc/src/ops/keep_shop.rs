//! Keep what is said of a shop.

use souk_db::Conn;

use crate::domain::Shop;
use crate::{Result, store};

/// Keeps what an event or shop-svc says of a shop; what is older than the row changes nothing.
///
/// Products need no change: what the public sees is asked of this row at every read.
///
/// # Errors
/// When the database fails.
pub async fn keep_shop(tx: &mut Conn, shop: &Shop) -> Result<()> {
    store::shops::keep(tx, shop).await
}
