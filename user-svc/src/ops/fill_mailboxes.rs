//! Fill in the canonical forms of addresses.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::{MailboxAssignment, MailboxClaim, Purpose};
use crate::{Result, store};

/// Accounts in one transaction: their rows are locked meanwhile, and a login would wait for that.
const BATCH: i64 = 200;

/// What one batch came to.
#[derive(Debug)]
pub struct FilledMailboxes {
    /// Who has which mailbox now.
    pub assignment: MailboxAssignment,
    /// The last account that was looked at; there is more after it.
    pub last: Uuid,
}

/// Gives canonical forms to the next accounts after `after` that have none, or `None` when there is no such account.
/// Idempotent.
///
/// Where two accounts have the same mailbox, a verified one keeps it, of equals the older. The other one loses what was
/// mailed to it: it would speak for a mailbox that it does not have.
///
/// # Errors
/// When the database fails, among it a unique violation when a registration of the same moment took one of the
/// mailboxes: the batch is to be run again.
pub async fn fill_mailboxes(tx: &mut Conn, after: Option<Uuid>) -> Result<Option<FilledMailboxes>> {
    let mut claims = store::mailboxes::lock_unfilled(tx, after, BATCH).await?;
    let Some(last) = claims.last().map(|claim| claim.id) else {
        return Ok(None);
    };
    let forms: Vec<String> = claims.iter().filter_map(MailboxClaim::canonical).collect();
    claims.extend(store::mailboxes::lock_keepers(tx, &forms).await?);
    let assignment = MailboxAssignment::of(claims);
    store::mailboxes::assign(tx, &assignment).await?;
    for id in &assignment.in_conflict {
        store::mail_tokens::discard(tx, *id, Purpose::ResetPassword).await?;
        store::mail_tokens::discard(tx, *id, Purpose::VerifyEmail).await?;
    }
    Ok(Some(FilledMailboxes { assignment, last }))
}
