//! Users whose tokens are over.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Timestamptz};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::ended_users;
use crate::domain::EndedUser;

#[derive(Queryable, Selectable)]
#[diesel(table_name = ended_users)]
struct EndedUserRow {
    user_id: Uuid,
    until: DateTime<Utc>,
}

impl From<EndedUserRow> for EndedUser {
    fn from(row: EndedUserRow) -> Self {
        Self {
            user_id: row.user_id,
            until: row.until,
        }
    }
}

/// Ends every token granted to the user so far. To be called with the user's row locked.
pub async fn end(tx: &mut Conn, user_id: Uuid) -> Result<EndedUser, DbError> {
    // Not the transaction's time: a token may have been granted while it waited for the lock.
    let until = || sql::<Timestamptz>("clock_timestamp()");
    let row = diesel::insert_into(ended_users::table)
        .values((ended_users::user_id.eq(user_id), ended_users::until.eq(until())))
        .on_conflict(ended_users::user_id)
        .do_update()
        .set(ended_users::until.eq(until()))
        .returning(EndedUserRow::as_returning())
        .get_result(tx)
        .await?;
    Ok(row.into())
}

/// Users whose tokens ended within the last `seconds`, by id, the first `limit` after `after`.
pub async fn ended_within(
    conn: &mut Conn,
    seconds: i32,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<EndedUser>, DbError> {
    let since = sql::<Timestamptz>("now() - interval '1 second' * ").bind::<Integer, _>(seconds);
    let rows: Vec<EndedUserRow> = ended_users::table
        .filter(ended_users::until.gt(since))
        .filter(ended_users::user_id.gt(after.unwrap_or(Uuid::nil())))
        .order(ended_users::user_id)
        .limit(limit)
        .select(EndedUserRow::as_select())
        .get_results(conn)
        .await?;
    Ok(rows.into_iter().map(EndedUser::from).collect())
}
