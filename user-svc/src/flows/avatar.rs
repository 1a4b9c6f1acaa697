//! Avatars: decoded in a process of their own, stored before the user has them, removed after nobody has.

use std::time::Duration;

use actix_web::web::Bytes;
use souk_db::Db;
use tokio::time::timeout;
use uuid::Uuid;

use crate::decoder::{PictureDecoder, UploadPermit};
use crate::domain::User;
use crate::media::{Media, MediaError};
use crate::{Result, ops};

/// How long a request waits for its user's old picture to be removed.
const REMOVAL_TIMEOUT: Duration = Duration::from_secs(1);

/// Makes an avatar of a file and gives it to the user.
///
/// A crash at any step leaves the old avatar or the new one, and the other one on the list of what is to be removed.
///
/// # Errors
/// [`crate::domain::PictureError`]; [`crate::Error::DecoderBusy`]; or the media store or the database fails.
pub async fn put_avatar(
    db: &Db,
    media: &Media,
    decoder: &PictureDecoder,
    user_id: Uuid,
    (permit, file): (UploadPermit, Bytes),
) -> Result<User> {
    let jpeg = decoder.square(permit, file).await?;
    // Known to nobody before it is given out: whoever has the address of an avatar was shown it.
    let id = Uuid::new_v4();
    db.transaction(async |tx| ops::expect_picture(tx, id).await)
        .await?;
    media.put(id, jpeg).await?;
    let (user, old) = db
        .transaction(async |tx| ops::set_avatar(tx, user_id, Some(id)).await)
        .await?;
    if let Some(old) = old {
        remove_now(db, media, old).await;
    }
    Ok(user)
}

/// Leaves the user without an avatar; without one already, nothing changes.
///
/// # Errors
/// When the user is gone or the database fails.
pub async fn remove_avatar(db: &Db, media: &Media, user_id: Uuid) -> Result<()> {
    let (_, old) = db
        .transaction(async |tx| ops::set_avatar(tx, user_id, None).await)
        .await?;
    if let Some(old) = old {
        remove_now(db, media, old).await;
    }
    Ok(())
}

/// Removes from the media store what nobody has any more. A picture that cannot be removed now is tried again five
/// minutes later.
///
/// # Errors
/// When the database fails.
pub async fn remove_pictures(db: &Db, media: &Media) -> Result<()> {
    loop {
        let due = db
            .transaction(async |tx| ops::take_discarded_pictures(tx).await)
            .await?;
        if due.is_empty() {
            return Ok(());
        }
        for id in due {
            if let Err(error) = remove(db, media, id).await {
                tracing::warn!(error = ?error, picture.id = %id, "A picture could not be removed yet");
            }
        }
    }
}

/// Removes one picture that a request has put on the list. The answer does not depend on it: the chore does what is
/// left, and what other requests have left.
pub(super) async fn remove_now(db: &Db, media: &Media, id: Uuid) {
    let removed = timeout(REMOVAL_TIMEOUT, remove(db, media, id)).await;
    if let Err(error) = removed.map_err(|slow| MediaError::from(slow).into()).flatten() {
        tracing::warn!(error = ?error, picture.id = %id, "Removing a picture is left to the chore");
    }
}

async fn remove(db: &Db, media: &Media, id: Uuid) -> Result<()> {
    media.delete(id).await?;
    db.transaction(async |tx| ops::forget_picture(tx, id).await).await
}
