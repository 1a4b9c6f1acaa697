//! Work that only the owner of an approved shop may do.

use souk_clients::shop::ShopClient;
use souk_db::Db;

use crate::domain::{Shop, ShopError, ShopId, ShopStatus, UserId};
use crate::{Error, Result, ops};

/// Does `work`. If it finds no approved shop of the user here, shop-svc is asked, because its event may still be on its
/// way: where it knows of one, that is kept and `work` is tried once more.
///
/// # Errors
/// What `work` refuses, or that shop-svc is away when it must be asked.
pub async fn as_seller<T>(
    db: &Db,
    shops: &ShopClient,
    user: UserId,
    work: impl AsyncFn() -> Result<T>,
) -> Result<T> {
    match work().await {
        Err(Error::Shop(ShopError::NotApproved)) => {}
        done => return done,
    }
    let found = shops
        .shop_of(user.0)
        .await?
        .filter(souk_clients::shop::ShopRecord::is_approved);
    let found = found.ok_or(ShopError::NotApproved)?;
    let shop = Shop {
        id: ShopId(found.id),
        owner_id: UserId(found.owner_id),
        status: ShopStatus::from(found.status).into(),
        version: found.version,
    };
    db.transaction(async |tx| ops::keep_shop(tx, &shop).await).await?;
    work().await
}
