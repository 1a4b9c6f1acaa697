//! Mails are sent beside the requests that asked for them, each by one replica at a time.

use std::sync::Arc;

use chrono::Utc;
use souk_db::Db;

use crate::mail::Mailer;
use crate::ops::{Settled, Taken};
use crate::{Result, ops};

/// Sends every mail that is due. Any number of replicas may do it at once.
///
/// A mail is taken, sent and removed; who dies in between leaves it to be sent again in a while, with another secret.
///
/// # Errors
/// When the database fails; what was sent before stays sent.
pub async fn send_mails(db: Db, mailer: Arc<Mailer>) -> Result<()> {
    while send_mail(&db, &mailer).await? {}
    Ok(())
}

/// Sends one mail; `false` when none is due.
async fn send_mail(db: &Db, mailer: &Mailer) -> Result<bool> {
    let taken = db
        .transaction(async |tx| ops::take_mail(tx, Utc::now()).await)
        .await?;
    let (mail, secret) = match taken {
        Taken::Nothing => return Ok(false),
        Taken::Nobody | Taken::Changing => return Ok(true),
        Taken::Mail(mail, secret) => (mail, secret),
    };
    let sent = mailer.send(&mail, &secret).await;
    let settled = db
        .transaction(async |tx| ops::settle_mail(tx, &mail, sent.is_ok()).await)
        .await?;
    let purpose = mail.purpose.as_str();
    match (settled, sent) {
        (Settled::GivenUp, Err(error)) => tracing::error!(
            mail.id = %mail.id, mail.purpose = purpose, mail.attempts = mail.attempts, %error,
            "A mail was given up"
        ),
        (Settled::Postponed, Err(error)) => tracing::warn!(
            mail.id = %mail.id, mail.purpose = purpose, mail.attempts = mail.attempts, %error,
            "A mail could not be sent; it is tried again"
        ),
        (_, _) => metrics::counter!("mails_sent_total", "purpose" => purpose).increment(1),
    }
    Ok(true)
}
