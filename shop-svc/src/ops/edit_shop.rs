//! Change a shop's profile.

use souk_db::Conn;
use uuid::Uuid;

use super::now;
use crate::domain::{Shop, ShopEdit, ShopError};
use crate::{Error, Result, events, store};

/// Applies the owner's change; asking twice changes nothing.
///
/// # Errors
/// [`Error::Stale`] when `versions` are given and the shop is at another one; what [`Shop::edit`] and
/// [`Shop::owned_by`] refuse.
pub async fn edit_shop(
    tx: &mut Conn,
    by: Uuid,
    id: Uuid,
    versions: Option<&[i64]>,
    edit: ShopEdit,
) -> Result<Shop> {
    let mut shop = store::shops::lock(tx, id).await?.ok_or(ShopError::NotFound)?;
    shop.owned_by(by)?;
    if versions.is_some_and(|versions| !versions.contains(&shop.version)) {
        return Err(Error::Stale);
    }
    if shop.edit(edit, now())? {
        store::shops::save(tx, &shop).await?;
        souk_outbox::enqueue_all(tx, vec![events::edited(&shop)]).await?;
    }
    Ok(shop)
}
