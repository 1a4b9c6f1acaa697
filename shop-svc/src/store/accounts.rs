//! What user events said of accounts.

use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use diesel::sql_types::Text;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, prepared};
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

/// Notes that an account was erased. The caller holds [`lock_erasures`].
pub async fn mark_erased(tx: &mut Conn, user_id: Uuid) -> Result<()> {
    // Version 0: what else the event says of the account is kept as of any other.
    diesel::insert_into(accounts::table)
        .values((
            accounts::user_id.eq(user_id),
            accounts::is_active.eq(false),
            accounts::version.eq(0),
            accounts::is_erased.eq(true),
        ))
        .on_conflict(accounts::user_id)
        .do_update()
        .set(accounts::is_erased.eq(true))
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether an account was erased. The caller holds [`share_erasures`].
pub async fn is_erased(tx: &mut Conn, user_id: Uuid) -> Result<bool> {
    let query = accounts::table.find(user_id).select(accounts::is_erased);
    Ok(query.get_result(tx).await.optional()?.unwrap_or(false))
}

/// Keeps accounts from being erased until the transaction ends, so that an item is not written for a customer whose items
/// another transaction is blanking. Any number of transactions hold this at once.
pub async fn share_erasures(tx: &mut Conn) -> Result<()> {
    // One lock for all customers: erasures are few, and an item's customer may have no row here to lock.
    advise(tx, "pg_advisory_xact_lock_shared").await
}

/// Waits until nobody holds [`share_erasures`], and keeps others waiting until the transaction ends.
pub async fn lock_erasures(tx: &mut Conn) -> Result<()> {
    advise(tx, "pg_advisory_xact_lock").await
}

async fn advise(tx: &mut Conn, lock: &str) -> Result<()> {
    // Advisory locks know databases but not schemas, so the schema's name is part of the key.
    let statement = format!("select {lock}(hashtextextended(current_schema() || ':' || $1, 0))");
    prepared(diesel::sql_query(statement).bind::<Text, _>("erasures"))
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether an account may log in, as far as is known here.
pub async fn is_active(conn: &mut Conn, user_id: Uuid) -> Result<bool> {
    let query = accounts::table.find(user_id).select(accounts::is_active);
    Ok(query.get_result(conn).await.optional()?.unwrap_or(true))
}
