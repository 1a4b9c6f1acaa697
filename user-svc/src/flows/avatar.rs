//! Avatars: drawn off the request threads, stored before the user has them, removed after nobody has.

use std::sync::{Arc, LazyLock};

use actix_web::web::Bytes;
use souk_db::Db;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::domain::{PictureError, User, square};
use crate::media::Media;
use crate::{Result, ops};

/// Unpacking a picture may take 128 MiB: two at once, whatever the number of requests.
static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// Makes an avatar of a file and gives it to the user.
///
/// A crash at any step leaves the old avatar or the new one, and the other one on the list of what is to be removed.
///
/// # Errors
/// [`PictureError`]; or the media store or the database fails.
pub async fn put_avatar(db: &Db, media: &Media, user_id: Uuid, file: Bytes) -> Result<User> {
    let jpeg = draw(file).await?;
    // Known to nobody before it is given out: whoever has the address of an avatar was shown it.
    let id = Uuid::new_v4();
    db.transaction(async |tx| ops::expect_picture(tx, id).await)
        .await?;
    media.put(id, jpeg).await?;
    let user = db
        .transaction(async |tx| ops::set_avatar(tx, user_id, Some(id)).await)
        .await?;
    remove_soon(db, media).await;
    Ok(user)
}

/// Leaves the user without an avatar; without one already, nothing changes.
///
/// # Errors
/// When the user is gone or the database fails.
pub async fn remove_avatar(db: &Db, media: &Media, user_id: Uuid) -> Result<()> {
    db.transaction(async |tx| ops::set_avatar(tx, user_id, None).await)
        .await?;
    remove_soon(db, media).await;
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
            if let Err(error) = media.delete(id).await {
                tracing::warn!(%error, picture.id = %id, "A picture could not be removed yet");
                continue;
            }
            db.transaction(async |tx| ops::forget_picture(tx, id).await)
                .await?;
        }
    }
}

/// The answer does not depend on it: the chore does what is left.
pub(super) async fn remove_soon(db: &Db, media: &Media) {
    if let Err(error) = remove_pictures(db, media).await {
        tracing::warn!(error = ?error, "Pictures that nobody has are left to the chore");
    }
}

async fn draw(file: Bytes) -> Result<Vec<u8>> {
    // Never closed, so there is a place in the end. The work keeps it even when the request is gone.
    let place = PLACES.clone().acquire_owned().await;
    let drawn = tokio::task::spawn_blocking(move || {
        let _place = place;
        square(&file)
    });
    match drawn.await {
        Ok(drawn) => Ok(drawn?),
        // A file that brings its decoder down is not better than one that is cut off.
        Err(broken) if broken.is_panic() => Err(PictureError::Broken.into()),
        Err(broken) => Err(broken.into()),
    }
}
