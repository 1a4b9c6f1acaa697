//! Remove an address from one's book.

use souk_db::Conn;
use uuid::Uuid;

use crate::{Error, Result, store};

/// Removes an address; if it was the default, the newest of the others becomes it.
///
/// # Errors
/// [`Error::NotFound`] when it is not in the user's book.
pub async fn remove_address(tx: &mut Conn, user_id: Uuid, id: Uuid) -> Result<()> {
    store::users::lock(tx, user_id).await?.ok_or(Error::NotFound)?;
    let address = store::addresses::find(tx, user_id, id)
        .await?
        .ok_or(Error::NotFound)?;
    store::addresses::delete(tx, id).await?;
    if address.is_default {
        store::addresses::make_newest_default(tx, user_id).await?;
    }
    Ok(())
}
