//! Forget a user who is gone.

use souk_db::Conn;
use uuid::Uuid;

use crate::{Result, store};

/// Blanks what is personal in the user's orders; the orders themselves stay.
///
/// # Errors
/// When the database fails.
pub async fn forget_user(tx: &mut Conn, user_id: Uuid) -> Result<()> {
    store::orders::forget_user(tx, user_id).await?;
    store::timeline::forget_user(tx, user_id).await?;
    Ok(())
}
