//! Register a user.

use souk_contracts::events::UserCreated;
use souk_db::Conn;

use crate::domain::{NewUser, Purpose, User};
use crate::{Error, Result, store};

/// Adds a user, tells it, and has the address verified; an operator's is known to whoever runs the marketplace.
///
/// # Errors
/// [`Error::EmailTaken`] when the mailbox has an account, in whatever spelling.
pub async fn register_user(tx: &mut Conn, new: &NewUser) -> Result<User> {
    // What an older program has added has no canonical form yet: no index refuses its other spellings.
    if store::mailboxes::find_credentials(tx, new.email.canonical())
        .await?
        .is_some()
    {
        return Err(Error::EmailTaken);
    }
    let user = store::users::insert(tx, new).await?.ok_or(Error::EmailTaken)?;
    souk_outbox::enqueue(tx, UserCreated::from(&user), Some(user.version)).await?;
    if !user.is_admin {
        store::mails::add(tx, Purpose::VerifyEmail, &user.email).await?;
    }
    Ok(user)
}
