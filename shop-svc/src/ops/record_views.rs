//! Shops were looked at.

use std::collections::BTreeMap;

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::View;
use crate::{Result, events, store};

/// Counts views, each visitor once per shop and half hour.
pub async fn record_views(tx: &mut Conn, views: Vec<View>) -> Result<()> {
    // In one order everywhere, so that replicas do not lock each other's rows crosswise.
    let mut by_visitor = BTreeMap::<(Uuid, String), View>::new();
    for view in views {
        by_visitor
            .entry((view.shop_id, view.visitor.clone()))
            .or_insert(view);
    }
    let distinct: Vec<View> = by_visitor.values().cloned().collect();
    let counted = store::views::note(tx, &distinct).await?;
    let told = counted
        .iter()
        .filter_map(|key| by_visitor.remove(key))
        .map(events::viewed)
        .collect();
    souk_outbox::enqueue_all(tx, told).await?;
    Ok(())
}

/// Forgets up to `limit` views that no longer keep others from counting, and answers how many.
pub async fn forget_views(tx: &mut Conn, limit: i64) -> Result<usize> {
    store::views::forget(tx, limit).await
}
