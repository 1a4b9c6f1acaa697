//! Make an operator.

use souk_db::Conn;

use super::register_user;
use crate::domain::NewUser;
use crate::{Result, store};

/// Registers `new` as an operator; an account that exists becomes one and gets the password.
///
/// # Errors
/// [`crate::Error::EmailTaken`] when only an account that cannot log in has the address, or the database fails.
pub async fn create_admin(tx: &mut Conn, new: &NewUser) -> Result<()> {
    match store::mailboxes::find_credentials(tx, new.email.canonical()).await? {
        Some((user, _)) => store::users::make_admin(tx, user.id, &new.password_hash).await?,
        None => {
            register_user(tx, new).await?;
        }
    }
    Ok(())
}
