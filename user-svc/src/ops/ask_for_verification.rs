//! Ask for the verification mail.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::Purpose;
use crate::{Error, Result, store};

/// Has the verification mail sent to the user once more.
///
/// # Errors
/// [`Error::NotFound`], [`Error::AlreadyVerified`] when there is nothing left to verify, or [`Error::EmailConflict`] when
/// the mailbox is another account's.
pub async fn ask_for_verification(tx: &mut Conn, user_id: Uuid) -> Result<()> {
    let user = store::users::find(tx, user_id).await?.ok_or(Error::NotFound)?;
    if user.is_verified {
        return Err(Error::AlreadyVerified);
    }
    if user.email_conflict {
        return Err(Error::EmailConflict);
    }
    Ok(store::mails::add(tx, Purpose::VerifyEmail, &user.email).await?)
}
