//! Keep what a shop event says.

use chrono::{DateTime, Utc};
use souk_contracts::events::{ShopSnapshot, ShopStatus};
use souk_db::Conn;
use souk_mirror::OwnerRule;
use souk_mirror::shops::{self, Arrival};

use super::drop_wishes::drop_wishes;
use crate::store::wishes::Of;
use crate::{Result, store};

/// Keeps how a shop is now. An approval empties its owner's wishlist; one that comes late empties it of what was
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
    store::wishlists::lock(tx, shop.owner_id).await?;
    let of = match arrival {
        Arrival::InOrder => Of::User(shop.owner_id),
        Arrival::Late(newest) => Of::UserUntil(shop.owner_id, newest),
    };
    drop_wishes(tx, of).await
}
