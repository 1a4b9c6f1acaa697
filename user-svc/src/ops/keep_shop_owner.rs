//! Keep who owns an open shop.

use souk_db::Conn;
use uuid::Uuid;

use crate::{Result, store};

/// Keeps what an event says of a shop; an older event than the one kept changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn keep_shop_owner(
    tx: &mut Conn,
    shop_id: Uuid,
    owner_id: Uuid,
    is_open: bool,
    version: i64,
) -> Result<()> {
    Ok(store::shop_owners::keep(tx, shop_id, owner_id, is_open, version).await?)
}
