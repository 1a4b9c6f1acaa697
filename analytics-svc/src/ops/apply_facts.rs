//! The step that recording and rebuilding share.

use souk_db::Conn;

use crate::domain::{Fact, orders_of, project};
use crate::{Result, store};

/// Brings the rows up to what the facts say. The caller holds the projection's lock.
pub async fn apply_facts(tx: &mut Conn, facts: Vec<Fact>) -> Result<()> {
    let known = store::items::of_orders(tx, &orders_of(&facts)).await?;
    let changes = project(known, facts);
    store::items::save(tx, &changes.items).await?;
    store::sales::add(tx, changes.sales).await?;
    store::visits::add(tx, &changes.visits).await?;
    store::names::save_shops(tx, &changes.shops).await?;
    store::names::save_products(tx, &changes.products).await?;
    Ok(())
}
