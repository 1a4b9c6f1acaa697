//! Settle a mail that was taken.

use souk_db::Conn;

use crate::domain::Mail;
use crate::{Result, store};

/// What becomes of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is sent.
    Sent,
    /// It is tried again later.
    Postponed,
    /// It is given up.
    GivenUp,
}

/// Removes a mail that was sent, or that was tried often enough; lets any other wait.
///
/// # Errors
/// When the database fails; then it is sent again in a while.
pub async fn settle_mail(tx: &mut Conn, mail: &Mail, was_sent: bool) -> Result<Settled> {
    if was_sent {
        store::mails::remove(tx, mail.id).await?;
        return Ok(Settled::Sent);
    }
    let Some(pause) = mail.pause() else {
        store::mails::remove(tx, mail.id).await?;
        return Ok(Settled::GivenUp);
    };
    let seconds = i32::try_from(pause.num_seconds()).unwrap_or(i32::MAX);
    store::mails::postpone(tx, mail.id, seconds).await?;
    Ok(Settled::Postponed)
}
