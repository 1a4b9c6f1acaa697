//! Ask for the verification mail.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::Purpose;
use crate::{Error, Result, store};

/// Has the verification mail sent to the user once more.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::AlreadyVerified`] when there is nothing left to verify.
pub async fn ask_for_verification(tx: &mut Conn, user_id: Uuid) -> Result<()> {
    let user = store::users::find(tx, user_id).await?.ok_or(Error::NotFound)?;
    if user.is_verified {
        return Err(Error::AlreadyVerified);
    }
    Ok(store::mails::add(tx, Purpose::VerifyEmail, &user.email).await?)
}
