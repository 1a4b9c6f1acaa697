//! Change one's profile.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::{ProfileChange, User};
use crate::{Error, Result, events, store};

/// Applies a change to the user's own profile; asking twice changes nothing.
///
/// # Errors
/// [`Error::NotFound`] when the user is gone.
pub async fn edit_profile(tx: &mut Conn, user_id: Uuid, change: ProfileChange) -> Result<User> {
    let mut user = store::users::lock(tx, user_id).await?.ok_or(Error::NotFound)?;
    let changed = user.edit(change);
    if !changed.is_empty() {
        store::users::save_profile(tx, &user).await?;
        souk_outbox::enqueue(tx, events::user_updated(&user, &changed), Some(user.version)).await?;
    }
    Ok(user)
}
