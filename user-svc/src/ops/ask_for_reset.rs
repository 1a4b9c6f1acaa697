//! Ask for a new password.

use souk_db::Conn;

use crate::domain::Purpose;
use crate::{Result, store};

/// Notes that someone who says to be behind this address has forgotten the password.
///
/// Whether there is such an account is looked up when the mail is sent: here it makes no difference, in time either.
///
/// # Errors
/// When the database fails.
pub async fn ask_for_reset(tx: &mut Conn, email: &str) -> Result<()> {
    Ok(store::mails::add(tx, Purpose::ResetPassword, email).await?)
}
