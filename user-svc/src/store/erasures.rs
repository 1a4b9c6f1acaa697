//! Erasures under way.

use diesel::OptionalExtension;
use diesel::sql_types::{Array, BigInt, Bool, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

use crate::domain::{Erasure, ErasureState};

#[derive(diesel::QueryableByName)]
struct ErasureRow {
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = BigInt)]
    attempt: i64,
}

impl From<ErasureRow> for Erasure {
    fn from(row: ErasureRow) -> Self {
        Self {
            user_id: row.user_id,
            state: ErasureState::from_word(&row.state),
            attempt: row.attempt,
        }
    }
}

/// Begins the erasure of an account, or takes over one that lies still; `None` while somebody is at it, which may be a
/// later build in a state of its own.
pub async fn begin(tx: &mut Conn, user_id: Uuid) -> Result<Option<Erasure>, DbError> {
    let row = prepared(
        diesel::sql_query(
            "insert into erasures (user_id, state, attempt, busy_until)
             values ($1, 'closing', nextval('erasure_attempts'), now() + interval '1 minute')
             on conflict (user_id) do update set attempt = excluded.attempt, busy_until = excluded.busy_until
             where erasures.busy_until <= now() and erasures.state in ('closing', 'reopening')
             returning user_id, state, attempt",
        )
        .bind::<SqlUuid, _>(user_id),
    )
    .get_result::<ErasureRow>(tx)
    .await
    .optional()?;
    Ok(row.map(Erasure::from))
}

/// Whether one of `users` beside `but` is not being erased.
pub async fn leave_any(tx: &mut Conn, users: &[Uuid], but: Uuid) -> Result<bool, DbError> {
    #[derive(diesel::QueryableByName)]
    struct Left {
        #[diesel(sql_type = Bool)]
        left: bool,
    }

    let statement = "select exists (select 1 from unnest($1) as person (id)
                     where id <> $2 and id not in (select user_id from erasures)) as left";
    let row = prepared(
        diesel::sql_query(statement)
            .bind::<Array<SqlUuid>, _>(users)
            .bind::<SqlUuid, _>(but),
    )
    .get_result::<Left>(tx)
    .await?;
    Ok(row.left)
}

/// Takes over an erasure that lies still. One in a state that a later build added is left to it.
pub async fn take_due(tx: &mut Conn) -> Result<Option<Erasure>, DbError> {
    let row = prepared(diesel::sql_query(
        "update erasures set attempt = nextval('erasure_attempts'), busy_until = now() + interval '1 minute'
         where user_id = (select user_id from erasures
                          where busy_until <= now() and state in ('closing', 'reopening')
                          order by busy_until limit 1 for update skip locked)
         returning user_id, state, attempt",
    ))
    .get_result::<ErasureRow>(tx)
    .await
    .optional()?;
    Ok(row.map(Erasure::from))
}

/// From now on it goes back; `false` when somebody else has taken it over.
pub async fn turn_back(tx: &mut Conn, erasure: &Erasure) -> Result<bool, DbError> {
    let query =
        diesel::sql_query("update erasures set state = 'reopening' where user_id = $1 and attempt = $2");
    change(tx, query, erasure).await
}

/// Lets it lie still, the longer the older it is; `false` when somebody else has taken it over.
pub async fn rest(tx: &mut Conn, erasure: &Erasure) -> Result<bool, DbError> {
    let query = diesel::sql_query(
        "update erasures
         set busy_until = now() + interval '5 seconds' + least(now() - started_at, interval '10 minutes')
         where user_id = $1 and attempt = $2",
    );
    change(tx, query, erasure).await
}

/// It has come to its end; `false` when somebody else has taken it over.
pub async fn end(tx: &mut Conn, erasure: &Erasure) -> Result<bool, DbError> {
    let query = diesel::sql_query("delete from erasures where user_id = $1 and attempt = $2");
    change(tx, query, erasure).await
}

async fn change(
    tx: &mut Conn,
    query: diesel::query_builder::SqlQuery,
    erasure: &Erasure,
) -> Result<bool, DbError> {
    let query = query
        .bind::<SqlUuid, _>(erasure.user_id)
        .bind::<BigInt, _>(erasure.attempt);
    Ok(prepared(query).execute(tx).await? == 1)
}
