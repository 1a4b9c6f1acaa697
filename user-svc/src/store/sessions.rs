//! Sessions and refresh tokens.

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, now, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::{refresh_tokens, sessions};
use crate::domain::{OwnSession, REPEATABLE, RefreshState, SealedSuccessor, Session};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct SessionRow {
    id: Uuid,
    user_id: Uuid,
    user_agent: Option<String>,
    address: Option<String>,
    expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id,
            user_agent: row.user_agent,
            address: row.address,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct SealedRow {
    spent_hash: Option<Vec<u8>>,
    sealed_successor: Option<Vec<u8>>,
    sealed_at: Option<DateTime<Utc>>,
}

impl SealedRow {
    fn into_successor(self) -> Option<SealedSuccessor> {
        Some(SealedSuccessor {
            spent_hash: self.spent_hash?,
            sealed: self.sealed_successor?,
            at: self.sealed_at?,
        })
    }
}

#[derive(QueryableByName)]
struct Begun {
    #[diesel(sql_type = Timestamptz)]
    granted_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct OwnSessionRow {
    id: Uuid,
    user_agent: Option<String>,
    address: Option<String>,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
}

impl From<OwnSessionRow> for OwnSession {
    fn from(row: OwnSessionRow) -> Self {
        Self {
            id: row.id,
            user_agent: row.user_agent,
            address: row.address,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// Adds a session with its first refresh token and answers when tokens of it are granted; to be called with the user's
/// row locked.
pub async fn begin(tx: &mut Conn, session: &Session, token_hash: &[u8]) -> Result<DateTime<Utc>, DbError> {
    let begun: Begun = sql_query(
        "with begun as (
             insert into sessions (id, user_id, user_agent, address, expires_at) values ($1, $2, $3, $4, $5)
             returning id
         )
         insert into refresh_tokens (hash, session_id) select $6, id from begun
         returning clock_timestamp() as granted_at",
    )
    .bind::<SqlUuid, _>(session.id)
    .bind::<SqlUuid, _>(session.user_id)
    .bind::<Nullable<Text>, _>(&session.user_agent)
    .bind::<Nullable<Text>, _>(&session.address)
    .bind::<Timestamptz, _>(session.expires_at)
    .bind::<Binary, _>(token_hash)
    .get_result(tx)
    .await?;
    Ok(begun.granted_at)
}

/// Writes how long a session lives now and the sealed successor of the token spent for that, in place of the one before,
/// and answers when tokens of it are granted; to be called with the user's row locked.
pub async fn prolong(
    tx: &mut Conn,
    session: &Session,
    spent_hash: &[u8],
    sealed: Option<Vec<u8>>,
) -> Result<DateTime<Utc>, DbError> {
    Ok(diesel::update(sessions::table.find(session.id))
        .set((
            sessions::expires_at.eq(session.expires_at),
            sessions::last_used_at.eq(now),
            sessions::spent_hash.eq(Some(spent_hash)),
            sessions::sealed_successor.eq(sealed),
            sessions::sealed_at.eq(clock().nullable()),
        ))
        .returning(clock())
        .get_result(tx)
        .await?)
}

/// Not the transaction's time: tokens may have been ended while it waited for the user's row.
fn clock() -> SqlLiteral<Timestamptz> {
    sql("clock_timestamp()")
}

/// Ends a session; its time stays if it was ended before.
pub async fn end(tx: &mut Conn, id: Uuid) -> Result<(), DbError> {
    diesel::update(sessions::table.find(id).filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(now))
        .execute(tx)
        .await?;
    Ok(())
}

/// Ends the living sessions of a user, but for one, and answers which; to be called with the user's row locked.
pub async fn end_all(tx: &mut Conn, user_id: Uuid, but: Option<Uuid>) -> Result<Vec<Uuid>, DbError> {
    let living = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::id.ne(but.unwrap_or(Uuid::nil())));
    Ok(diesel::update(living)
        .set(sessions::ended_at.eq(now))
        .returning(sessions::id)
        .get_results(tx)
        .await?)
}

/// Whether a session is the user's, ended or not.
pub async fn belongs(conn: &mut Conn, id: Uuid, user_id: Uuid) -> Result<bool, DbError> {
    let own = sessions::table.find(id).filter(sessions::user_id.eq(user_id));
    Ok(diesel::select(exists(own)).get_result(conn).await?)
}

/// The living sessions of a user, newest first, the first `limit` after `after`.
pub async fn living(
    conn: &mut Conn,
    user_id: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<OwnSession>, DbError> {
    let rows: Vec<OwnSessionRow> = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::id.lt(after.unwrap_or(Uuid::max())))
        .order(sessions::id.desc())
        .limit(limit)
        .select(OwnSessionRow::as_select())
        .get_results(conn)
        .await?;
    Ok(rows.into_iter().map(OwnSession::from).collect())
}

/// Forgets from where and with what a user logged in; that the sessions ended stays known.
pub async fn forget_devices(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    diesel::update(sessions::table.filter(sessions::user_id.eq(user_id)))
        .set((
            sessions::user_agent.eq(None::<String>),
            sessions::address.eq(None::<String>),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Sessions that ended within the last `seconds`, by id, the first `limit` after `after`.
pub async fn ended_within(
    conn: &mut Conn,
    seconds: i32,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Uuid>, DbError> {
    let since = sql::<Timestamptz>("now() - interval '1 second' * ").bind::<Integer, _>(seconds);
    Ok(sessions::table
        .filter(sessions::ended_at.assume_not_null().gt(since))
        .filter(sessions::id.gt(after.unwrap_or(Uuid::nil())))
        .order(sessions::id)
        .limit(limit)
        .select(sessions::id)
        .get_results(conn)
        .await?)
}

/// Adds a refresh token to a session.
pub async fn add_token(tx: &mut Conn, session_id: Uuid, hash: &[u8]) -> Result<(), DbError> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::hash.eq(hash),
            refresh_tokens::session_id.eq(session_id),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Whose session a token belongs to.
pub async fn owner_of_token(conn: &mut Conn, hash: &[u8]) -> Result<Option<Uuid>, DbError> {
    Ok(refresh_tokens::table
        .inner_join(sessions::table)
        .filter(refresh_tokens::hash.eq(hash))
        .select(sessions::user_id)
        .get_result(conn)
        .await
        .optional()?)
}

/// What is known of a token, with its session; both locked until the transaction ends. The user's row comes first.
pub async fn lock_token(tx: &mut Conn, hash: &[u8]) -> Result<Option<RefreshState>, DbError> {
    let row = refresh_tokens::table
        .inner_join(sessions::table)
        .filter(refresh_tokens::hash.eq(hash))
        .select((
            SessionRow::as_select(),
            refresh_tokens::used_at,
            SealedRow::as_select(),
            clock(),
        ))
        .for_update()
        .get_result::<(SessionRow, Option<DateTime<Utc>>, SealedRow, DateTime<Utc>)>(tx)
        .await
        .optional()?;
    Ok(row.map(|(session, used_at, sealed, at)| RefreshState {
        session: session.into(),
        used_at,
        successor: sealed.into_successor(),
        now: at,
    }))
}

/// Whether a token is known and was not used.
pub async fn is_unused(conn: &mut Conn, hash: &[u8]) -> Result<bool, DbError> {
    let unused = refresh_tokens::table
        .find(hash)
        .filter(refresh_tokens::used_at.is_null());
    Ok(diesel::select(exists(unused)).get_result(conn).await?)
}

/// Marks a token as used.
pub async fn spend_token(tx: &mut Conn, hash: &[u8]) -> Result<(), DbError> {
    diesel::update(refresh_tokens::table.find(hash))
        .set(refresh_tokens::used_at.eq(clock().nullable()))
        .execute(tx)
        .await?;
    Ok(())
}

/// Removes a thousand sealed successors at most that are past their time, and answers how many there were.
pub async fn clear_successors(tx: &mut Conn) -> Result<usize, DbError> {
    let past = sql::<Timestamptz>("clock_timestamp() - interval '1 second' * ")
        .bind::<BigInt, _>(REPEATABLE.num_seconds());
    let old: Vec<Uuid> = sessions::table
        .filter(sessions::sealed_at.assume_not_null().le(past))
        .limit(1000)
        .select(sessions::id)
        .for_update()
        .skip_locked()
        .load(tx)
        .await?;
    Ok(diesel::update(sessions::table.filter(sessions::id.eq_any(old)))
        .set((
            sessions::spent_hash.eq(None::<Vec<u8>>),
            sessions::sealed_successor.eq(None::<Vec<u8>>),
            sessions::sealed_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx)
        .await?)
}
