//! What orders that wait together share: a query for what came before them, a transaction, a word to their carts.

use chrono::{SubsecRound, Utc};
use souk_clients::cart::{CartClient, OrderOf};
use souk_db::{BatchWork, Db};
use uuid::Uuid;

use crate::domain::{Entry, Order};
use crate::ops::Asked;
use crate::store::checkouts::LatestOrder;
use crate::{Error, Result, ops, store};

/// Places orders.
pub struct Placing(pub Db);

impl BatchWork for Placing {
    type Job = Asked;
    type Answer = (Order, Entry);
    type Error = Error;

    const NAME: &'static str = "orders";

    async fn run(&self, asked: &[Asked]) -> Result<Vec<(Order, Entry)>> {
        // Postgres keeps microseconds: what is answered now and what is read later must be equal.
        let now = Utc::now().trunc_subsecs(6);
        self.0
            .transaction(async |tx| ops::place_orders(tx, asked, now).await)
            .await
    }
}

/// Takes orders out of their carts before the customers look again.
pub struct TellingCarts(pub CartClient);

impl BatchWork for TellingCarts {
    type Job = OrderOf;
    type Answer = ();
    type Error = Error;

    const NAME: &'static str = "orders_told_to_carts";

    /// Never fails: what is not told now is told by the events.
    async fn run(&self, orders: &[OrderOf]) -> Result<Vec<()>> {
        if let Err(error) = self.0.ordered(orders.to_vec()).await {
            tracing::debug!(%error, "Carts will hear of their orders by the events");
        }
        Ok(vec![(); orders.len()])
    }
}

/// Finds the order that a customer's next one follows.
pub struct FindingLatest(pub Db);

impl BatchWork for FindingLatest {
    type Job = Uuid;
    type Answer = Option<LatestOrder>;
    type Error = Error;

    const NAME: &'static str = "latest_orders";

    async fn run(&self, user_ids: &[Uuid]) -> Result<Vec<Option<LatestOrder>>> {
        let mut conn = self.0.conn().await?;
        let found = store::checkouts::latest_orders(&mut conn, user_ids).await?;
        Ok(user_ids
            .iter()
            .map(|user_id| found.get(user_id).cloned())
            .collect())
    }
}
