//! Keep a variation that events have not told of yet.

use souk_db::Conn;
use souk_mirror::{Listing, products};

use crate::Result;

/// Keeps a variation as product-svc answered just now.
///
/// # Errors
/// When the database fails.
pub async fn remember_variation(tx: &mut Conn, live: &Listing) -> Result<()> {
    Ok(products::remember(tx, live).await?)
}
