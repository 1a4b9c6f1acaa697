//! After the migrations: what SQL cannot fill in.

use souk_db::Db;

use crate::{Error, Result, ops};

/// How often a batch is tried while registrations of the same moment take its mailboxes.
const ATTEMPTS: u32 = 5;

/// How many accounts were looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MailboxCounts {
    /// They have their canonical form.
    pub filled: usize,
    /// Another account keeps the mailbox.
    pub in_conflict: usize,
    /// The address has no canonical form: it was registered under older rules, and is found as it is.
    pub without_form: usize,
}

/// Gives a canonical form to the address of every account that has none. Idempotent, and safe to run beside programs that
/// serve.
///
/// # Errors
/// When the database fails; what was done before stays done.
pub async fn fill_mailboxes(db: &Db) -> Result<MailboxCounts> {
    let mut counts = MailboxCounts::default();
    let (mut after, mut attempts) = (None, 0);
    loop {
        attempts += 1;
        let filled = db
            .transaction(async |tx| ops::fill_mailboxes(tx, after).await)
            .await;
        match filled {
            Ok(None) => return Ok(counts),
            Ok(Some(batch)) => {
                counts.filled += batch.assignment.kept.len();
                counts.in_conflict += batch.assignment.in_conflict.len();
                counts.without_form += batch.assignment.without_form.len();
                (after, attempts) = (Some(batch.last), 0);
            }
            Err(Error::Db(error))
                if attempts < ATTEMPTS && (error.violated_unique().is_some() || error.is_contention()) => {}
            Err(error) => return Err(error),
        }
    }
}
