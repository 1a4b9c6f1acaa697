//! Register a user.

use souk_contracts::events::UserCreated;
use souk_db::Conn;

use crate::domain::{NewUser, Purpose, User};
use crate::{Error, Result, store};

/// Adds a user, tells it, and has the address verified; an operator's is known to whoever runs the marketplace.
///
/// # Errors
/// [`Error::EmailTaken`] when the address has an account, in whatever case it is written.
pub async fn register_user(tx: &mut Conn, new: &NewUser) -> Result<User> {
    let user = store::users::insert(tx, new).await?.ok_or(Error::EmailTaken)?;
    souk_outbox::enqueue(tx, UserCreated::from(&user), Some(user.version)).await?;
    if !user.is_admin {
        store::mails::add(tx, Purpose::VerifyEmail, &user.email).await?;
    }
    Ok(user)
}
