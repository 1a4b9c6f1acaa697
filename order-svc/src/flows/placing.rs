//! What orders that wait together share: a query for what came before them, a look at their carts, a hand on the stock, a
//! transaction, a word to their carts.

use chrono::{SubsecRound, Utc};
use souk_clients::cart::{CartClient, CheckoutCart, CheckoutOf, OrderOf};
use souk_clients::product::{ProductClient, ReserveOutcome, ReserveRequest};
use souk_db::{BatchWork, Db};
use souk_telemetry::Flow;
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

    fn outage(error: &Error) -> Option<Error> {
        error.outage()
    }

    async fn run(&self, asked: &[Asked]) -> Result<Vec<(Order, Entry)>> {
        // Postgres keeps microseconds: what is answered now and what is read later must be equal.
        let now = Utc::now().trunc_subsecs(6);
        self.0
            .transaction(async |tx| ops::place_orders(tx, asked, now).await)
            .await
    }
}

/// What is asked of another service for the request under way.
pub struct Asking<T> {
    what: T,
    flow: Flow,
}

impl<T: Clone> Asking<T> {
    /// Asked by the request under way.
    pub fn now(what: T) -> Self {
        Self {
            what,
            flow: Flow::current(),
        }
    }

    /// Asks for all by one call, which is a part of the first one's request.
    async fn together<R>(all: &[Self], call: impl AsyncFnOnce(Vec<T>) -> R) -> R {
        let what = all.iter().map(|one| one.what.clone()).collect();
        match all.first() {
            Some(first) => first.flow.clone().scope(call(what)).await,
            None => call(what).await,
        }
    }
}

/// Reads carts that are about to be ordered.
pub struct ReadingCarts(pub CartClient);

impl BatchWork for ReadingCarts {
    type Job = Asking<CheckoutOf>;
    type Answer = CheckoutCart;
    type Error = Error;

    const NAME: &'static str = "carts_read";

    fn outage(error: &Error) -> Option<Error> {
        error.outage()
    }

    async fn run(&self, carts: &[Asking<CheckoutOf>]) -> Result<Vec<CheckoutCart>> {
        let read = Asking::together(carts, async |carts| self.0.checkout(carts).await);
        Ok(read.await?)
    }
}

/// Reserves stock. Doing it twice is doing it once: a reservation is known by its id.
pub struct Reserving(pub ProductClient);

impl BatchWork for Reserving {
    type Job = Asking<ReserveRequest>;
    type Answer = ReserveOutcome;
    type Error = Error;

    const NAME: &'static str = "stock_reserved";

    fn outage(error: &Error) -> Option<Error> {
        error.outage()
    }

    async fn run(&self, requests: &[Asking<ReserveRequest>]) -> Result<Vec<ReserveOutcome>> {
        let reserved = Asking::together(requests, async |requests| self.0.reserve(requests).await);
        Ok(reserved.await?)
    }
}

/// Takes orders out of their carts before the customers look again.
pub struct TellingCarts(pub CartClient);

impl BatchWork for TellingCarts {
    type Job = Asking<OrderOf>;
    type Answer = ();
    type Error = Error;

    const NAME: &'static str = "orders_told_to_carts";

    fn outage(error: &Error) -> Option<Error> {
        error.outage()
    }

    /// Never fails: what is not told now is told by the events.
    async fn run(&self, orders: &[Asking<OrderOf>]) -> Result<Vec<()>> {
        let told = Asking::together(orders, async |orders| self.0.ordered(orders).await);
        if let Err(error) = told.await {
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

    fn outage(error: &Error) -> Option<Error> {
        error.outage()
    }

    async fn run(&self, user_ids: &[Uuid]) -> Result<Vec<Option<LatestOrder>>> {
        let mut conn = self.0.conn().await?;
        let found = store::checkouts::latest_orders(&mut conn, user_ids).await?;
        Ok(user_ids
            .iter()
            .map(|user_id| found.get(user_id).cloned())
            .collect())
    }
}
