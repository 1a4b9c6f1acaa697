//! The sweeper: what became of reservations that have outlived their time.

use chrono::Utc;
use futures_util::StreamExt;
use souk_clients::order::{OrderClient, Verdict};
use souk_db::Db;
use souk_telemetry::Flow;

use crate::domain::ReservationId;
use crate::{Result, ops};

/// Questions to order-svc at a time.
const ASKED_AT_ONCE: usize = 8;

/// Asks order-svc about each reservation that is due. Ordered: sold. Abandoned: released. No answer: nothing is
/// concluded, and it is asked about again later.
///
/// # Errors
/// When the database fails before anything was asked.
pub async fn sweep(db: Db, orders: OrderClient) -> Result<()> {
    loop {
        let due = db
            .transaction(async |tx| ops::claim_due_reservations(tx).await)
            .await?;
        if due.is_empty() {
            return Ok(());
        }
        let settled = due
            .into_iter()
            .map(|id| Flow::begin().scope(settle(db.clone(), orders.clone(), id)));
        futures_util::stream::iter(settled)
            .buffer_unordered(ASKED_AT_ONCE)
            .for_each(async |()| ())
            .await;
    }
}

async fn settle(db: Db, orders: OrderClient, id: ReservationId) {
    if let Err(error) = ask_and_end(&db, &orders, id).await {
        tracing::warn!(error = ?error, reservation.id = %id, "An expired reservation is not settled yet");
    }
}

async fn ask_and_end(db: &Db, orders: &OrderClient, id: ReservationId) -> Result<()> {
    let answer = orders.verdict(id.0).await?;
    db.transaction(async |tx| match answer.verdict {
        Verdict::Ordered => ops::sell_reservations(tx, &[(id, answer.order_id)]).await,
        Verdict::Abandoned => ops::release_reservation(tx, id, Utc::now()).await,
    })
    .await
}
