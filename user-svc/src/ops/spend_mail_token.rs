//! Use up a mailed secret.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use crate::domain::{MailTokenError, Purpose, User, hash_token};
use crate::{Result, store};

/// Uses up a secret and answers whose it was, with the row locked. Of two who try at once one succeeds.
///
/// # Errors
/// [`MailTokenError`] when it is not good, or its user may not log in.
pub(super) async fn spend_mail_token(
    tx: &mut Conn,
    purpose: Purpose,
    secret: &str,
    now: DateTime<Utc>,
) -> Result<User> {
    let refused = || MailTokenError(purpose);
    let hash = hash_token(secret);
    let user_id = store::mail_tokens::owner(tx, purpose, &hash, now)
        .await?
        .ok_or_else(refused)?;
    // The user's row comes before what hangs on it, here as everywhere.
    let user = store::users::lock(tx, user_id).await?;
    let user = user.filter(User::is_reachable).ok_or_else(refused)?;
    if !store::mail_tokens::spend(tx, user.id, purpose, &hash, now).await? {
        return Err(refused().into());
    }
    Ok(user)
}
