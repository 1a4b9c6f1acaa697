//! Log out everywhere before an account is erased.

use souk_db::Conn;
use uuid::Uuid;

use super::end_user;
use crate::domain::Ended;
use crate::{Result, store};

/// Ends every session of a user; nothing to do when the user is gone.
///
/// # Errors
/// When the database fails.
pub async fn leave(tx: &mut Conn, user_id: Uuid) -> Result<Ended> {
    match store::users::lock(tx, user_id).await? {
        Some(_) => end_user(tx, user_id).await,
        None => Ok(Ended::default()),
    }
}
