//! Whether the owner of a shop is still there.

use souk_clients::user::UserClient;
use souk_db::Db;
use uuid::Uuid;

use crate::domain::By;
use crate::{Result, store};

/// Whether the account of the owner who must move an item is deactivated or erased, so that an operator may end it. For
/// everybody else it makes no difference, and user-svc is not asked.
///
/// # Errors
/// When user-svc is away: then nothing may be concluded.
pub async fn owner_is_gone(db: &Db, users: &UserClient, by: By, item_id: Uuid) -> Result<bool> {
    if !by.is_admin {
        return Ok(false);
    }
    let owner = {
        let mut conn = db.conn().await?;
        store::orders::owner_of_item(&mut conn, item_id).await?
    };
    match owner {
        Some(owner) if owner != by.user_id => Ok(!users.is_active(owner).await?),
        _ => Ok(false),
    }
}
