//! Registration: the password is hashed before the transaction.

use souk_clients::user::RegisterBody;
use souk_db::Db;
use souk_email::EmailAddress;

use super::hashing::hashing;
use crate::domain::{NewUser, Password, User};
use crate::{Error, Result, ops};

/// Registers a customer.
///
/// # Errors
/// [`Error::Email`], [`Error::Password`] or [`Error::EmailTaken`].
pub async fn register(db: &Db, body: RegisterBody) -> Result<User> {
    let email = EmailAddress::parse(&body.email)?;
    let password = body.password;
    let password = hashing(move || Password::accept(password)).await??;
    let password_hash = hashing(move || password.hash()).await?.map_err(Error::Hash)?;
    let new = NewUser {
        email,
        password_hash,
        first_name: body.first_name,
        last_name: body.last_name,
        phone_number: body.phone_number,
        is_admin: false,
    };
    db.transaction(async |tx| ops::register_user(tx, &new).await)
        .await
}
