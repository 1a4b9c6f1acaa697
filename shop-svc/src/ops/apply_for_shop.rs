//! Apply for a shop.

use souk_db::Conn;
use uuid::Uuid;

use super::now;
use crate::domain::{About, AccountError, Shop, ShopError, ShopName, slugs};
use crate::{Result, events, store};

/// Adds a pending shop under a slug that nobody has.
///
/// # Errors
/// [`ShopError::HasOpenShop`] when the user has one; of two parallel applications one is refused.
/// [`AccountError::Closed`] when the account is being erased.
pub async fn apply_for_shop(tx: &mut Conn, owner_id: Uuid, name: ShopName, about: About) -> Result<Shop> {
    if !store::closings::lock_open(tx, owner_id).await? {
        return Err(AccountError::Closed.into());
    }
    if store::shops::find_open_of(tx, owner_id).await?.is_some() {
        return Err(ShopError::HasOpenShop.into());
    }
    let mut slugs = slugs(name.as_str());
    let slug = slugs.next().unwrap_or_default();
    let (mut shop, step) = Shop::apply(owner_id, name, about, slug, now());
    while !store::shops::insert(tx, &shop).await? {
        shop.slug = slugs.next().unwrap_or_default();
    }
    store::history::insert(tx, &step).await?;
    souk_outbox::enqueue_all(tx, vec![events::stepped(step.action, &shop)]).await?;
    Ok(shop)
}
