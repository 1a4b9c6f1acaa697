//! Change one's password.

use souk_db::Conn;
use uuid::Uuid;

use super::end_tokens::end_other_sessions;
use crate::domain::{Ended, Purpose};
use crate::{Error, Result, store};

/// Sets a password for whoever knew the one behind `known`, and ends the user's sessions but the `current` one. A
/// reset under way is over too.
///
/// # Errors
/// [`Error::WrongPassword`] when the password has become another one meanwhile.
pub async fn change_password(
    tx: &mut Conn,
    user_id: Uuid,
    current: Option<Uuid>,
    known: &str,
    password_hash: &str,
) -> Result<Ended> {
    let user = store::users::lock(tx, user_id).await?.ok_or(Error::NotFound)?;
    let hash = store::passwords::find(tx, user.id).await?;
    if hash.as_deref() != Some(known) {
        return Err(Error::WrongPassword("/current_password"));
    }
    store::passwords::set(tx, user.id, password_hash).await?;
    store::mail_tokens::discard(tx, user.id, Purpose::ResetPassword).await?;
    end_other_sessions(tx, user.id, current).await
}
