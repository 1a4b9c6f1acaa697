//! Keep a step of a shop's life and tell it.

use souk_db::Conn;

use crate::domain::{Shop, Step};
use crate::{Result, events, store};

/// Writes the shop, its history and the event.
pub(super) async fn keep_step(tx: &mut Conn, shop: &Shop, step: &Step) -> Result<()> {
    store::shops::save(tx, shop).await?;
    store::history::insert(tx, step).await?;
    souk_outbox::enqueue_all(tx, vec![events::stepped(step.action, shop)]).await?;
    Ok(())
}
