//! Keep what is told of a shop.

use souk_contracts::events::ShopSnapshot;
use souk_db::Conn;
use uuid::Uuid;

use crate::domain::JobKind;
use crate::{Result, store};

/// Keeps a shop as an event tells it; an older event than the one kept changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn keep_shop(tx: &mut Conn, shop: &ShopSnapshot, version: i64) -> Result<()> {
    save(tx, shop.shop_id, Some(shop), version).await
}

/// Keeps that a shop is gone, so that a late event does not bring it back.
///
/// # Errors
/// When the database fails.
pub async fn drop_shop(tx: &mut Conn, shop_id: Uuid, version: i64) -> Result<()> {
    save(tx, shop_id, None, version).await
}

async fn save(tx: &mut Conn, id: Uuid, shop: Option<&ShopSnapshot>, version: i64) -> Result<()> {
    let before = store::shops::snapshot(tx, id).await?;
    if store::shops::save(tx, id, version, shop).await? {
        store::queue::push(tx, JobKind::Shop, &[id]).await?;
        // Whether its products may be sold is decided by each search; only its name is part of their documents.
        if name(before.as_ref()) != name(shop) {
            store::queue::push(tx, JobKind::ProductsOf, &[id]).await?;
        }
    }
    Ok(())
}

fn name(shop: Option<&ShopSnapshot>) -> Option<&str> {
    shop.map(|shop| shop.name.as_str())
}
