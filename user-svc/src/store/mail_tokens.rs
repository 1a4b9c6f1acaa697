//! Secrets that were mailed, as hashes.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::mail_tokens;
use crate::domain::Purpose;

/// Keeps the hash of a secret; the one before is not good any more.
pub async fn put(
    tx: &mut Conn,
    user_id: Uuid,
    purpose: Purpose,
    hash: &[u8],
    expires_at: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(mail_tokens::table)
        .values((
            mail_tokens::user_id.eq(user_id),
            mail_tokens::purpose.eq(purpose.as_str()),
            mail_tokens::hash.eq(hash),
            mail_tokens::expires_at.eq(expires_at),
        ))
        .on_conflict((mail_tokens::user_id, mail_tokens::purpose))
        .do_update()
        .set((mail_tokens::hash.eq(hash), mail_tokens::expires_at.eq(expires_at)))
        .execute(tx)
        .await?;
    Ok(())
}

/// Whose living secret this is.
pub async fn owner(
    conn: &mut Conn,
    purpose: Purpose,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, DbError> {
    Ok(mail_tokens::table
        .filter(mail_tokens::hash.eq(hash))
        .filter(mail_tokens::purpose.eq(purpose.as_str()))
        .filter(mail_tokens::expires_at.gt(now))
        .select(mail_tokens::user_id)
        .get_result(conn)
        .await
        .optional()?)
}

/// Uses up a living secret of the user, and says whether it was there. Of two who try at once one succeeds.
pub async fn spend(
    tx: &mut Conn,
    user_id: Uuid,
    purpose: Purpose,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let spent = diesel::delete(
        mail_tokens::table
            .find((user_id, purpose.as_str()))
            .filter(mail_tokens::hash.eq(hash))
            .filter(mail_tokens::expires_at.gt(now)),
    )
    .execute(tx)
    .await?;
    Ok(spent == 1)
}

/// Removes the user's secret for a purpose, if there is one.
pub async fn discard(tx: &mut Conn, user_id: Uuid, purpose: Purpose) -> Result<(), DbError> {
    diesel::delete(mail_tokens::table.find((user_id, purpose.as_str())))
        .execute(tx)
        .await?;
    Ok(())
}

/// Removes every secret of the user, also those whose purpose only a later build knows.
pub async fn discard_all(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    diesel::delete(mail_tokens::table.filter(mail_tokens::user_id.eq(user_id)))
        .execute(tx)
        .await?;
    Ok(())
}
