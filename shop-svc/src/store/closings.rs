//! Who may apply for a shop.

use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use souk_db::Conn;
use uuid::Uuid;

use super::schema::closings;
use crate::Result;

/// Locks an account that is open until the transaction ends; `false` when it is closed. Waits for one that is about to
/// be.
pub async fn lock_open(tx: &mut Conn, user_id: Uuid) -> Result<bool> {
    // The conflict reads the row as it was last committed, not as it was when the statement began.
    let insert = diesel::insert_into(closings::table)
        .values(closings::user_id.eq(user_id))
        .on_conflict(closings::user_id)
        .do_update()
        .set(closings::user_id.eq(excluded(closings::user_id)));
    let rows = FilterDsl::filter(insert, closings::is_closed.eq(false))
        .execute(tx)
        .await?;
    Ok(rows == 1)
}

/// Closes or opens an account and locks it until the transaction ends; `false`, and nothing is done, for an older
/// attempt. Waits for an application that is under way.
pub async fn set_closed_and_lock(
    tx: &mut Conn,
    user_id: Uuid,
    is_closed: bool,
    attempt: i64,
) -> Result<bool> {
    let insert = diesel::insert_into(closings::table)
        .values((
            closings::user_id.eq(user_id),
            closings::is_closed.eq(is_closed),
            closings::attempt.eq(attempt),
        ))
        .on_conflict(closings::user_id)
        .do_update()
        .set((
            closings::is_closed.eq(excluded(closings::is_closed)),
            closings::attempt.eq(excluded(closings::attempt)),
        ));
    let rows = FilterDsl::filter(insert, closings::attempt.le(excluded(closings::attempt)))
        .execute(tx)
        .await?;
    Ok(rows == 1)
}
