//! Keep what customers think.

use souk_contracts::events::{RatingKind, RatingUpdated};
use souk_db::Conn;

use crate::domain::{JobKind, Rating};
use crate::{Result, store};

/// Keeps the rating of a shop or product unless a newer one is known.
///
/// # Errors
/// When the database fails.
pub async fn keep_rating(tx: &mut Conn, told: &RatingUpdated, version: i64) -> Result<()> {
    let rating = Rating {
        average_x100: told.average_x100.clamp(0, 500),
        count: told.count.max(0),
    };
    let (is_newer, kind) = match told.kind {
        RatingKind::Shop => (
            store::shops::rate(tx, told.id, version, rating).await?,
            JobKind::Shop,
        ),
        RatingKind::Product => (
            store::products::rate(tx, told.id, version, rating).await?,
            JobKind::Product,
        ),
    };
    if is_newer {
        store::queue::push(tx, kind, &[told.id]).await?;
    }
    Ok(())
}
