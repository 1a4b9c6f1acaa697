//! Whose shop it is, by rows: our own, or shop-svc's while the shop's events are on their way.

use souk_clients::shop::ShopClient;
use souk_db::Db;

use crate::domain::{ShopId, UserId};
use crate::{Error, Result, store};

/// Lets the owner of a shop pass; an admin passes at any shop there is.
///
/// # Errors
/// [`Error::NoShop`], [`Error::NotOwner`], or [`Error::ShopService`] when only shop-svc could tell.
pub async fn authorise(
    db: &Db,
    shops: &ShopClient,
    shop_id: ShopId,
    user: UserId,
    is_admin: bool,
) -> Result<()> {
    let known = store::names::find_shop(&mut *db.conn().await?, shop_id).await?;
    let owner = match known {
        Some(shop) => shop.owner_id,
        None => {
            let asked = shops.shop(shop_id.0).await.map_err(Error::ShopService)?;
            UserId(asked.ok_or(Error::NoShop)?.owner_id)
        }
    };
    if is_admin || owner == user {
        Ok(())
    } else {
        Err(Error::NotOwner)
    }
}
