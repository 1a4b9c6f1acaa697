//! End all of one's sessions.

use souk_db::Conn;
use uuid::Uuid;

use super::end_tokens::end_user;
use crate::domain::Ended;
use crate::{Error, Result, store};

/// Ends every session of the user.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user.
pub async fn end_all_sessions(tx: &mut Conn, user_id: Uuid) -> Result<Ended> {
    let user = store::users::lock(tx, user_id).await?.ok_or(Error::NotFound)?;
    end_user(tx, user.id).await
}
