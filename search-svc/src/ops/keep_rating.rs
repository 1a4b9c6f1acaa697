//! Keep what customers think.

use souk_contracts::events::{RatingKind, RatingUpdated};
use souk_db::Conn;

use crate::domain::{Rating, Task};
use crate::{Result, store};

/// Keeps the rating of a shop or product unless a newer one is known.
///
/// # Errors
/// When the database fails.
pub async fn keep_rating(tx: &mut Conn, told: &RatingUpdated, version: i64) -> Result<()> {
    let rating = Rating {
        average_x100: told.average_x100,
        count: told.count,
    };
    let (is_newer, task) = match told.kind {
        RatingKind::Shop => (
            store::shops::rate(tx, told.id, version, rating).await?,
            Task::Shop,
        ),
        RatingKind::Product => (
            store::products::rate(tx, told.id, version, rating).await?,
            Task::Product,
        ),
    };
    if is_newer {
        store::queue::push(tx, task, &[told.id]).await?;
    }
    Ok(())
}
