//! Take a picture as one's avatar, or have none.

use chrono::Utc;
use souk_db::Conn;
use uuid::Uuid;

use crate::domain::User;
use crate::{Error, Result, events, store};

/// Takes a stored picture in place of the old one, which is to be removed; `None` leaves the user without.
///
/// # Errors
/// [`Error::NotFound`] when the user is gone; [`Error::PictureLost`] when it took so long that the picture is being
/// removed.
pub async fn set_avatar(tx: &mut Conn, user_id: Uuid, avatar: Option<Uuid>) -> Result<User> {
    let mut user = store::users::lock(tx, user_id).await?.ok_or(Error::NotFound)?;
    if let Some(new) = avatar
        && !store::pictures::keep(tx, new).await?
    {
        return Err(Error::PictureLost);
    }
    let old = user.avatar;
    if user.set_avatar(avatar) {
        if let Some(old) = old {
            store::pictures::discard(tx, old, Utc::now()).await?;
        }
        store::users::save_avatar(tx, &user).await?;
        let event = events::user_updated(&user, &["avatar_url"]);
        souk_outbox::enqueue(tx, event, Some(user.version)).await?;
    }
    Ok(user)
}
