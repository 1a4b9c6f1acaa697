//! Keep that a shop is closed.

use chrono::{DateTime, Utc};
use souk_contracts::events::ShopDeleted;
use souk_db::Conn;
use souk_mirror::shops;

use super::drop_wishes::drop_wishes;
use crate::Result;
use crate::store::wishes::Of;

/// Keeps that a shop is closed, and removes the wishes for it and for its products.
///
/// # Errors
/// When the database fails.
pub async fn close_shop(tx: &mut Conn, shop: &ShopDeleted, version: i64, at: DateTime<Utc>) -> Result<()> {
    shops::close(tx, shop, version, at).await?;
    drop_wishes(tx, Of::Shop(shop.shop_id)).await
}
