//! Keep what a shop event says.

use chrono::{DateTime, Utc};
use souk_contracts::events::{ShopSnapshot, ShopStatus};
use souk_db::Conn;
use souk_mirror::OwnerRule;
use souk_mirror::shops::{self, Arrival};

use crate::{Result, store};

/// Keeps how a shop is now. An approval empties its owner's cart; one that comes late empties it of what was
/// there before the shop's newest change.
///
/// # Errors
/// When the database fails.
pub async fn keep_shop(
    tx: &mut Conn,
    rule: OwnerRule,
    shop: &ShopSnapshot,
    version: i64,
    at: DateTime<Utc>,
) -> Result<()> {
    let arrival = shops::record(tx, shop, version, at).await?;
    if shop.status != ShopStatus::Approved || rule == OwnerRule::OwnersMayBuy {
        return Ok(());
    }
    let before = store::carts::lock(tx, shop.owner_id).await?;
    let mut cart = before.clone();
    match arrival {
        Arrival::InOrder => cart.clear(),
        Arrival::Late(newest) => cart.clear_until(newest),
    }
    Ok(store::carts::save(tx, &before, &cart).await?)
}
