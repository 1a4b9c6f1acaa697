//! Orders and additions that took effect already.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::applied;

/// Notes that the addition `id` takes effect on a cart that is locked; `false` when it did before.
pub async fn record(tx: &mut Conn, user_id: Uuid, id: Uuid) -> Result<bool, DbError> {
    let rows = diesel::insert_into(applied::table)
        .values((
            applied::user_id.eq(user_id),
            applied::id.eq(id),
            applied::is_order.eq(false),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(rows == 1)
}

/// Forgets a customer.
pub async fn forget(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    diesel::delete(applied::table.filter(applied::user_id.eq(user_id)))
        .execute(tx)
        .await?;
    Ok(())
}

/// Those of `ids` that were applied to carts of `user_ids`.
pub async fn among(
    conn: &mut Conn,
    user_ids: &[Uuid],
    ids: &[Uuid],
) -> Result<HashSet<(Uuid, Uuid)>, DbError> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = applied::table
        .filter(applied::user_id.eq_any(user_ids))
        .filter(applied::id.eq_any(ids))
        .select((applied::user_id, applied::id))
        .load::<(Uuid, Uuid)>(conn)
        .await?;
    Ok(rows.into_iter().collect())
}
