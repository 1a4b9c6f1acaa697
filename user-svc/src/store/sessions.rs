//! Sessions and refresh tokens.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::{refresh_tokens, sessions};
use crate::domain::{RefreshState, Session};

#[derive(Queryable, Selectable, Insertable)]
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

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id,
            user_id: session.user_id,
            user_agent: session.user_agent.clone(),
            address: session.address.clone(),
            expires_at: session.expires_at,
            ended_at: session.ended_at,
        }
    }
}

/// Adds a session.
pub async fn insert(tx: &mut Conn, session: &Session) -> Result<(), DbError> {
    diesel::insert_into(sessions::table)
        .values(SessionRow::from(session))
        .execute(tx)
        .await?;
    Ok(())
}

/// Writes how long a session lives now.
pub async fn prolong(tx: &mut Conn, session: &Session) -> Result<(), DbError> {
    diesel::update(sessions::table.find(session.id))
        .set((
            sessions::expires_at.eq(session.expires_at),
            sessions::last_used_at.eq(diesel::dsl::now),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Ends a session; its time stays if it was ended before.
pub async fn end(tx: &mut Conn, id: Uuid) -> Result<(), DbError> {
    diesel::update(sessions::table.find(id).filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(Some(Utc::now())))
        .execute(tx)
        .await?;
    Ok(())
}

/// Sessions that ended after `since`, by id, the first `limit` after `after`.
pub async fn ended_since(
    conn: &mut Conn,
    since: DateTime<Utc>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Uuid>, DbError> {
    Ok(sessions::table
        .filter(sessions::ended_at.gt(since))
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

/// What is known of a token, with its session; both locked until the transaction ends.
pub async fn lock_token(tx: &mut Conn, hash: &[u8]) -> Result<Option<RefreshState>, DbError> {
    let row = refresh_tokens::table
        .inner_join(sessions::table)
        .filter(refresh_tokens::hash.eq(hash))
        .select((SessionRow::as_select(), refresh_tokens::used_at))
        .for_update()
        .get_result::<(SessionRow, Option<DateTime<Utc>>)>(tx)
        .await
        .optional()?;
    Ok(row.map(|(session, used_at)| RefreshState {
        session: session.into(),
        used_at,
    }))
}

/// Marks a token as used.
pub async fn spend_token(tx: &mut Conn, hash: &[u8]) -> Result<(), DbError> {
    diesel::update(refresh_tokens::table.find(hash))
        .set(refresh_tokens::used_at.eq(Some(Utc::now())))
        .execute(tx)
        .await?;
    Ok(())
}
