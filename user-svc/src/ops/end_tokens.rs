//! End what a user may do with the tokens of before.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::Ended;
use crate::{Result, store};

/// More sessions than this are not told one by one.
const TOLD: usize = 100;

/// Ends every session of a user and every token granted so far; the caller holds the lock on the user's row.
///
/// What is answered goes to the gateway: see [`Ended`].
///
/// # Errors
/// When the database fails.
pub async fn end_user(tx: &mut Conn, user_id: Uuid) -> Result<Ended> {
    store::sessions::end_all(tx, user_id, None).await?;
    end_tokens(tx, user_id).await
}

/// Ends every session of a user but one; the caller holds the lock on the user's row.
///
/// Of very many sessions only that is told which ends the tokens of that one too: its next refresh makes up for it.
///
/// # Errors
/// When the database fails.
pub async fn end_other_sessions(tx: &mut Conn, user_id: Uuid, current: Option<Uuid>) -> Result<Ended> {
    let sessions = store::sessions::end_all(tx, user_id, current).await?;
    if sessions.len() > TOLD {
        return end_tokens(tx, user_id).await;
    }
    Ok(Ended {
        sessions,
        ..Ended::default()
    })
}

/// Ends every access token granted to a user so far, and no session: the next refresh tells what is new. The caller
/// holds the lock on the user's row.
///
/// # Errors
/// When the database fails.
pub async fn end_tokens(tx: &mut Conn, user_id: Uuid) -> Result<Ended> {
    Ok(Ended {
        user: Some(store::ended_users::end(tx, user_id).await?),
        ..Ended::default()
    })
}
