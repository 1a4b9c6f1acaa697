//! Count views.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use souk_contracts::events::ProductViewed;
use souk_db::Conn;
use souk_outbox::{Pending, enqueue_all};

use crate::domain::{QUIET, View};
use crate::{Result, store};

/// Tells the views that count: the first of a visitor in half an hour.
///
/// # Errors
/// When the database fails.
pub async fn record_views(tx: &mut Conn, views: Vec<View>, now: DateTime<Utc>) -> Result<()> {
    let mut seen = HashSet::new();
    let views: Vec<View> = views
        .into_iter()
        .filter(|view| seen.insert((view.product_id, view.visitor.clone())))
        .collect();
    let fresh: HashSet<_> = store::views::mark(tx, &views, now - QUIET)
        .await?
        .into_iter()
        .collect();
    let counted = views
        .into_iter()
        .filter(|view| fresh.contains(&(view.product_id, view.visitor.clone())));
    let events = counted
        .map(|view| Pending::new(ProductViewed::from(view), None))
        .collect();
    Ok(enqueue_all(tx, events).await?)
}

/// Forgets up to `limit` views that no longer keep others from counting, and answers how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_views(tx: &mut Conn, now: DateTime<Utc>, limit: i64) -> Result<usize> {
    store::views::forget(tx, now - QUIET, limit).await
}
