//! Queue the products of a shop.

use souk_db::Conn;

use crate::domain::{Task, Wish};
use crate::{Result, store};

/// So many at a time: a big shop must not keep others waiting.
const AT_A_TIME: i64 = 1000;

/// Queues the next products of the shop that `wish` is about, and the rest of the wish behind them.
///
/// # Errors
/// When the database fails.
pub async fn queue_products(tx: &mut Conn, wish: &Wish) -> Result<()> {
    let ids = store::products::ids_of_shop(tx, wish.id, wish.after, AT_A_TIME).await?;
    store::queue::push(tx, Task::Product, &ids).await?;
    match ids.last() {
        Some(last) => store::queue::resume_later(tx, wish, *last).await,
        None => store::queue::settle(tx, &[*wish]).await,
    }
}
