//! Add an address to one's book.

use chrono::{SubsecRound, Utc};
use souk_db::Conn;
use uuid::Uuid;

use crate::domain::{Address, Place};
use crate::{Error, Result, store};

/// Adds an address; the first one, or one that asks for it, becomes the default.
///
/// # Errors
/// [`AddressError`](crate::domain::AddressError), or [`Error::NotFound`] when the user is gone.
pub async fn add_address(tx: &mut Conn, user_id: Uuid, place: Place, is_default: bool) -> Result<Address> {
    // The user's row is the lock of the whole book.
    store::users::lock(tx, user_id).await?.ok_or(Error::NotFound)?;
    let others = store::addresses::count(tx, user_id).await?;
    // Postgres keeps microseconds: what is answered now and what is read later must be equal.
    let now = Utc::now().trunc_subsecs(6);
    let address = Address::add(user_id, place, is_default, others, now)?;
    if address.is_default {
        store::addresses::clear_default(tx, user_id).await?;
    }
    store::addresses::insert(tx, &address).await?;
    Ok(address)
}
