//! Erase a user.

use chrono::Utc;
use souk_contracts::events::UserDeleted;
use souk_db::Conn;
use uuid::Uuid;

use super::end_user;
use crate::domain::{Ended, Erasure};
use crate::{Result, store};

/// Blanks the account, once every service has closed it, and tells everybody; what is left is an id. Answers what was
/// ended with it and the picture that is to be removed, or `None` when somebody else has taken the erasure over.
///
/// # Errors
/// When the database fails.
pub async fn erase_user(tx: &mut Conn, erasure: &Erasure) -> Result<Option<(Ended, Option<Uuid>)>> {
    let Some(user) = store::users::lock(tx, erasure.user_id).await? else {
        return Ok(None);
    };
    if !store::erasures::end(tx, erasure).await? {
        return Ok(None);
    }
    let ended = end_user(tx, user.id).await?;
    if let Some(avatar) = user.avatar {
        store::pictures::discard(tx, avatar, Utc::now()).await?;
    }
    store::sessions::forget_devices(tx, user.id).await?;
    store::addresses::delete_all(tx, user.id).await?;
    store::mail_tokens::discard_all(tx, user.id).await?;
    if !user.email_conflict {
        store::mails::discard_all(tx, &user.email).await?;
    }
    souk_outbox::erase_user(tx, user.id).await?;
    let version = store::users::blank(tx, user.id).await?;
    souk_outbox::enqueue(tx, UserDeleted { user_id: user.id }, Some(version)).await?;
    Ok(Some((ended, user.avatar)))
}
