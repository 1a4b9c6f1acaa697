//! Who may order.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::select;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::{accounts, orders, sub_orders};
use crate::domain::Unfinished;

/// Everything else is unfinished, also what only a later build has a word for. One list for orders and their parts, as in
/// their indexes.
const FINISHED: [&str; 3] = ["completed", "delivered", "cancelled"];

/// Closes or opens an account and locks it until the transaction ends; `false`, and nothing is done, for an older
/// attempt. Waits for an order of this customer that is being placed.
pub async fn set_closed_and_lock(
    tx: &mut Conn,
    user_id: Uuid,
    is_closed: bool,
    attempt: i64,
) -> Result<bool, DbError> {
    let insert = diesel::insert_into(accounts::table)
        .values((
            accounts::user_id.eq(user_id),
            accounts::is_closed.eq(is_closed),
            accounts::attempt.eq(attempt),
        ))
        .on_conflict(accounts::user_id)
        .do_update()
        .set((
            accounts::is_closed.eq(excluded(accounts::is_closed)),
            accounts::attempt.eq(excluded(accounts::attempt)),
        ));
    // Named in full: `filter` of a query is another one.
    let written = diesel::query_dsl::methods::FilterDsl::filter(
        insert,
        accounts::attempt.le(excluded(accounts::attempt)),
    )
    .execute(tx)
    .await?;
    Ok(written == 1)
}

/// What of a user is not finished.
pub async fn unfinished(conn: &mut Conn, user_id: Uuid) -> Result<Unfinished, DbError> {
    let own = orders::table
        .filter(orders::user_id.eq(user_id))
        .filter(orders::status.ne_all(FINISHED));
    let sold = sub_orders::table
        .filter(sub_orders::owner_id.eq(user_id))
        .filter(sub_orders::status.ne_all(FINISHED));
    let (orders, sales) = select((exists(own), exists(sold))).get_result(conn).await?;
    Ok(Unfinished { orders, sales })
}
