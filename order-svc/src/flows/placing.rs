//! Orders that wait together are placed in one transaction, and what came before them is read in one query.

use std::sync::Arc;

use chrono::{SubsecRound, Utc};
use souk_db::{BatchWork, Batcher, Db};
use uuid::Uuid;

use crate::domain::{Entry, Order};
use crate::ops::Asked;
use crate::store::checkouts::LatestOrder;
use crate::{Error, Result, ops, store};

/// Places orders.
pub struct Placing {
    db: Db,
}

impl Placing {
    /// Orders of `db`.
    pub fn batcher(db: Db) -> Arc<Batcher<Self>> {
        Batcher::new(Self { db })
    }
}

impl BatchWork for Placing {
    type Job = Asked;
    type Answer = (Order, Entry);
    type Error = Error;

    const NAME: &'static str = "orders";

    async fn run(&self, asked: &[Asked]) -> Result<Vec<(Order, Entry)>> {
        // Postgres keeps microseconds: what is answered now and what is read later must be equal.
        let now = Utc::now().trunc_subsecs(6);
        self.db
            .transaction(async |tx| ops::place_orders(tx, asked, now).await)
            .await
    }
}

/// Finds the order that a customer's next one follows.
pub struct FindingLatest {
    db: Db,
}

impl FindingLatest {
    /// Orders of `db`.
    pub fn batcher(db: Db) -> Arc<Batcher<Self>> {
        Batcher::new(Self { db })
    }
}

impl BatchWork for FindingLatest {
    type Job = Uuid;
    type Answer = Option<LatestOrder>;
    type Error = Error;

    const NAME: &'static str = "latest_orders";

    async fn run(&self, user_ids: &[Uuid]) -> Result<Vec<Option<LatestOrder>>> {
        let mut conn = self.db.conn().await?;
        let found = store::checkouts::latest_orders(&mut conn, user_ids).await?;
        Ok(user_ids
            .iter()
            .map(|user_id| found.get(user_id).cloned())
            .collect())
    }
}
