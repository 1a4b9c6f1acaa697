//! Take a picture as one's avatar, or have none.

use chrono::Utc;
use souk_db::Conn;
use uuid::Uuid;

use crate::domain::User;
use crate::{Error, Result, events, store};

/// Takes a stored picture in place of the old one; `None` leaves the user without. Answers the picture that the user
/// gave up, which is on the list of those to be removed.
///
/// # Errors
/// [`Error::NotFound`] when the user is gone; [`Error::PictureLost`] when it took so long that the picture is being
/// removed.
pub async fn set_avatar(tx: &mut Conn, user_id: Uuid, avatar: Option<Uuid>) -> Result<(User, Option<Uuid>)> {
    let mut user = store::users::lock(tx, user_id).await?.ok_or(Error::NotFound)?;
    if let Some(new) = avatar
        && !store::pictures::keep(tx, new).await?
    {
        return Err(Error::PictureLost);
    }
    let old = user.avatar;
    if !user.set_avatar(avatar) {
        return Ok((user, None));
    }
    if let Some(old) = old {
        store::pictures::discard(tx, old, Utc::now()).await?;
    }
    store::users::save_avatar(tx, &user).await?;
    let event = events::user_updated(&user, &["avatar_url"]);
    souk_outbox::enqueue(tx, event, Some(user.version)).await?;
    Ok((user, old))
}
