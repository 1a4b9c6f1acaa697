//! Orders and additions that took effect already.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::applied;

/// Notes that `id` takes effect on a cart that is locked; `false` when it did before.
pub async fn record(tx: &mut Conn, user_id: Uuid, id: Uuid) -> Result<bool, DbError> {
    let rows = diesel::insert_into(applied::table)
        .values((applied::user_id.eq(user_id), applied::id.eq(id)))
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
