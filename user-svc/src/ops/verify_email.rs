//! Verify an e-mail address.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use super::spend_mail_token::spend_mail_token;
use crate::domain::Purpose;
use crate::{Result, events, store};

/// Uses up the secret that was mailed, and tells that the address is the user's.
///
/// # Errors
/// [`crate::domain::MailTokenError`] when the secret is not good.
pub async fn verify_email(tx: &mut Conn, secret: &str, now: DateTime<Utc>) -> Result<()> {
    let mut user = spend_mail_token(tx, Purpose::VerifyEmail, secret, now).await?;
    let changed = user.verify();
    if !changed.is_empty() {
        store::accounts::save_standing(tx, &user).await?;
        souk_outbox::enqueue(tx, events::user_updated(&user, &changed), Some(user.version)).await?;
    }
    Ok(())
}
