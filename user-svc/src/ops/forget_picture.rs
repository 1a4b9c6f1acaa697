//! Forget a picture that is gone.

use souk_db::Conn;
use uuid::Uuid;

use crate::{Result, store};

/// The picture is out of the media store.
///
/// # Errors
/// When the database fails.
pub async fn forget_picture(tx: &mut Conn, id: Uuid) -> Result<()> {
    Ok(store::pictures::removed(tx, id).await?)
}
