//! Queue the products of a shop.

use souk_db::Conn;

use crate::domain::{IndexJob, JobKind};
use crate::{Result, store};

/// So many at a time, so that a big shop does not delay others.
const AT_A_TIME: i64 = 1000;

/// Queues the next products of the shop of `job`, and the rest of the job behind them.
///
/// # Errors
/// When the database fails.
pub async fn queue_products(tx: &mut Conn, job: &IndexJob) -> Result<()> {
    let ids = store::products::ids_of_shop(tx, job.id, job.after, AT_A_TIME).await?;
    store::queue::push(tx, JobKind::Product, &ids).await?;
    match ids.last() {
        Some(last) => store::queue::resume_later(tx, job, *last).await,
        None => store::queue::settle(tx, &[*job]).await,
    }
}
