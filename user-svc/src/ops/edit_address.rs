//! Change an address of one's book.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::{Address, AddressChange};
use crate::{Error, Result, store};

/// Applies a change; asking twice changes nothing.
///
/// # Errors
/// [`AddressError`](crate::domain::AddressError), or [`Error::NotFound`] when it is not in the user's book.
pub async fn edit_address(tx: &mut Conn, user_id: Uuid, id: Uuid, change: AddressChange) -> Result<Address> {
    store::users::lock(tx, user_id).await?.ok_or(Error::NotFound)?;
    let mut address = store::addresses::find(tx, user_id, id)
        .await?
        .ok_or(Error::NotFound)?;
    let before = address.clone();
    address.edit(change)?;
    if address.is_default && !before.is_default {
        store::addresses::clear_default(tx, user_id).await?;
    }
    if address != before {
        store::addresses::save(tx, &address).await?;
    }
    Ok(address)
}
