//! Register a user.

use souk_contracts::events::UserCreated;
use souk_db::Conn;

use crate::domain::{NewUser, User};
use crate::{Error, Result, store};

/// Adds a user and tells it.
///
/// # Errors
/// [`Error::EmailTaken`] when the address has an account, in whatever case it is written.
pub async fn register_user(tx: &mut Conn, new: &NewUser) -> Result<User> {
    let user = store::users::insert(tx, new).await?.ok_or(Error::EmailTaken)?;
    souk_outbox::enqueue(tx, UserCreated::from(&user), Some(user.version)).await?;
    Ok(user)
}
