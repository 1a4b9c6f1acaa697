//! Take a mail to be sent.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use crate::domain::{IssuedToken, Mail, Purpose, User};
use crate::{Result, store};

/// What there is to send.
pub enum Taken {
    /// Nothing is due.
    Nothing,
    /// A mail that nobody is to get; it is gone.
    Nobody,
    /// A mail and the secret that goes into it.
    Mail(Mail, String),
}

/// Takes the mail that is due and makes its secret, of which the hash is kept.
///
/// A mail that was tried before gets another secret: nobody but its reader ever knew the first one.
///
/// # Errors
/// When the database fails.
pub async fn take_mail(tx: &mut Conn, now: DateTime<Utc>) -> Result<Taken> {
    let Some(mail) = store::mails::take(tx).await? else {
        return Ok(Taken::Nothing);
    };
    let user = store::users::find_credentials(tx, &mail.recipient).await?;
    let Some((user, _)) = user.filter(|(user, _)| is_for(mail.purpose, user)) else {
        store::mails::remove(tx, mail.id).await?;
        return Ok(Taken::Nobody);
    };
    let secret = IssuedToken::issue();
    let expires_at = now + mail.purpose.life();
    store::mail_tokens::put(tx, user.id, mail.purpose, &secret.hash, expires_at).await?;
    Ok(Taken::Mail(mail, secret.token))
}

fn is_for(purpose: Purpose, user: &User) -> bool {
    match purpose {
        Purpose::VerifyEmail => user.is_active && !user.is_verified,
        Purpose::ResetPassword => user.is_active,
    }
}
