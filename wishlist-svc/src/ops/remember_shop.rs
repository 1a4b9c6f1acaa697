//! Keep a shop that events have not told of yet.

use souk_db::Conn;
use souk_mirror::shops::{self, LiveShop};

use crate::Result;

/// Keeps a shop as shop-svc answered just now.
///
/// # Errors
/// When the database fails.
pub async fn remember_shop(tx: &mut Conn, live: &LiveShop) -> Result<()> {
    Ok(shops::remember(tx, live).await?)
}
