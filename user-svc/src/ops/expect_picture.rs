//! Note a picture that is about to be stored.

use chrono::{Duration, Utc};
use souk_db::Conn;
use uuid::Uuid;

use crate::{Result, store};

/// Unless a user takes it within the hour, the picture is removed again.
///
/// # Errors
/// When the database fails.
pub async fn expect_picture(tx: &mut Conn, id: Uuid) -> Result<()> {
    Ok(store::pictures::discard(tx, id, Utc::now() + Duration::hours(1)).await?)
}
