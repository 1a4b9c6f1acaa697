//! Set a new password by a mailed secret.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use super::end_tokens::end_user;
use super::spend_mail_token::spend_mail_token;
use crate::domain::{Ended, Purpose};
use crate::{Result, store};

/// Uses up the secret that was mailed, sets the password and ends every session of the user.
///
/// # Errors
/// [`crate::domain::MailTokenError`] when the secret is not good.
pub async fn reset_password(
    tx: &mut Conn,
    secret: &str,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<Ended> {
    let user = spend_mail_token(tx, Purpose::ResetPassword, secret, now).await?;
    store::passwords::set(tx, user.id, password_hash).await?;
    end_user(tx, user.id).await
}
