//! Take a mail to be sent.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use crate::domain::{IssuedToken, Mail, Purpose, User};
use crate::{Result, store};

/// Longer than a change of an account takes.
const CHANGING_SECONDS: i32 = 1;

/// What there is to send.
pub enum Taken {
    /// Nothing is due.
    Nothing,
    /// A mail that nobody is to get; it is gone.
    Nobody,
    /// A mail to an account that is being changed; it waits a moment.
    Changing,
    /// A mail and the secret that goes into it.
    Mail(Mail, String),
}

/// Takes the mail that is due and makes its secret, of which the hash is kept.
///
/// A mail that was tried before gets another secret: nobody but its reader ever knew the first one. Its recipient becomes
/// the stored address of the account: what a request typed says only which account is meant.
///
/// # Errors
/// When the database fails.
pub async fn take_mail(tx: &mut Conn, now: DateTime<Utc>) -> Result<Taken> {
    let Some(mut mail) = store::mails::take(tx).await? else {
        return Ok(Taken::Nothing);
    };
    let user = store::mailboxes::find_credentials(tx, &mail.recipient).await?;
    let Some((user, _)) = user.filter(|(user, _)| is_for(mail.purpose, user)) else {
        store::mails::remove(tx, mail.id).await?;
        return Ok(Taken::Nobody);
    };
    // A secret that goes to this address must not outlive a change of the address. Who changes an account locks its row
    // before its mails, which is the other way round: not waited for.
    let unchanged = store::users::share_unless_changing(tx, user.id).await?;
    if unchanged.as_ref() != Some(&user) {
        store::mails::postpone(tx, mail.id, CHANGING_SECONDS).await?;
        return Ok(Taken::Changing);
    }
    mail.recipient = user.mailbox();
    let secret = IssuedToken::issue();
    let expires_at = now + mail.purpose.life();
    store::mail_tokens::put(tx, user.id, mail.purpose, &secret.hash, expires_at).await?;
    Ok(Taken::Mail(mail, secret.token))
}

fn is_for(purpose: Purpose, user: &User) -> bool {
    match purpose {
        Purpose::VerifyEmail => user.is_reachable() && !user.is_verified,
        Purpose::ResetPassword => user.is_reachable(),
    }
}
