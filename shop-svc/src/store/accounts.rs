//! What user events said of accounts.

use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use souk_db::Conn;
use uuid::Uuid;

use super::schema::accounts;
use crate::Result;

/// Keeps what an event says of an account; `false` when a newer one was here first.
pub async fn keep(tx: &mut Conn, user_id: Uuid, is_active: bool, version: i64) -> Result<bool> {
    let row = (
        accounts::user_id.eq(user_id),
        accounts::is_active.eq(is_active),
        accounts::version.eq(version),
    );
    let insert = diesel::insert_into(accounts::table)
        .values(row)
        .on_conflict(accounts::user_id)
        .do_update()
        .set((
            accounts::is_active.eq(excluded(accounts::is_active)),
            accounts::version.eq(excluded(accounts::version)),
        ));
    let rows = FilterDsl::filter(insert, accounts::version.lt(excluded(accounts::version)))
        .execute(tx)
        .await?;
    Ok(rows == 1)
}

/// Whether an account may log in, as far as is known here.
pub async fn is_active(conn: &mut Conn, user_id: Uuid) -> Result<bool> {
    let query = accounts::table.find(user_id).select(accounts::is_active);
    Ok(query.get_result(conn).await.optional()?.unwrap_or(true))
}
