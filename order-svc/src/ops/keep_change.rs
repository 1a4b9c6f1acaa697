//! What every change of an order ends with.

use souk_db::Conn;

use crate::domain::{Change, Order};
use crate::{Result, events, store};

/// Keeps a change and tells it; nothing to do when nothing changed.
pub(super) async fn keep_change(tx: &mut Conn, order: &Order, change: Option<Change>) -> Result<()> {
    if let Some(change) = change {
        store::orders::save(tx, order, &change).await?;
        store::timeline::append(tx, order.id, &change.entries).await?;
        store::audit::append(tx, order.id, &change).await?;
        souk_outbox::enqueue_all(tx, events::changed(order, &change)).await?;
    }
    Ok(())
}
