//! A new password for who knows the old one, or has a mailed secret: both are hashed outside any transaction.

use chrono::Utc;
use souk_auth::Caller;
use souk_clients::user::ConfirmResetBody;
use souk_db::Db;

use super::hashing::hashing;
use crate::domain::{Ended, MailTokenError, Password, Purpose, hash_token, verify};
use crate::{Error, Result, ops, store};

/// Sets the caller's password and ends every session of his but the one he asks in.
///
/// # Errors
/// [`Error::NewPassword`] or [`Error::WrongPassword`], the latter after the same time as success.
pub async fn change_password(db: &Db, caller: Caller, current: String, new: String) -> Result<Ended> {
    let new = accept(new).await?;
    let known = {
        let mut conn = db.conn().await?;
        store::passwords::find(&mut conn, caller.user_id)
            .await?
            .ok_or(Error::NotFound)?
    };
    let hash = known.clone();
    let (matches, new) = hashing(move || (verify(&hash, &current), new.hash())).await?;
    let new = new.map_err(Error::Hash)?;
    if !matches {
        return Err(Error::WrongPassword("/current_password"));
    }
    db.transaction(async |tx| ops::change_password(tx, caller.user_id, caller.session_id, &known, &new).await)
        .await
}

/// Sets a password by a mailed secret and ends every session of its user.
///
/// # Errors
/// [`Error::NewPassword`], or [`Error::MailToken`] when the secret is not good.
pub async fn reset_password(db: &Db, body: ConfirmResetBody) -> Result<Ended> {
    let new = accept(body.new_password).await?;
    let known = {
        let mut conn = db.conn().await?;
        let hash = hash_token(&body.token);
        store::mail_tokens::owner(&mut conn, Purpose::ResetPassword, &hash, Utc::now()).await?
    };
    // Nobody has a password hashed for guessing.
    known.ok_or(MailTokenError(Purpose::ResetPassword))?;
    let new = hashing(move || new.hash()).await?.map_err(Error::Hash)?;
    db.transaction(async |tx| ops::reset_password(tx, &body.token, &new, Utc::now()).await)
        .await
}

async fn accept(new: String) -> Result<Password> {
    hashing(move || Password::accept(new))
        .await?
        .map_err(Error::NewPassword)
}
