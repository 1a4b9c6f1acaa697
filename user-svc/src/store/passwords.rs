//! Passwords, as hashes.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::users;

/// The hash of a user's password.
pub async fn find(conn: &mut Conn, user_id: Uuid) -> Result<Option<String>, DbError> {
    Ok(users::table
        .find(user_id)
        .select(users::password_hash)
        .get_result(conn)
        .await
        .optional()?)
}

/// Writes the hash of a user's new password.
pub async fn set(tx: &mut Conn, user_id: Uuid, hash: &str) -> Result<(), DbError> {
    diesel::update(users::table.find(user_id))
        .set((
            users::password_hash.eq(hash),
            users::updated_at.eq(diesel::dsl::now),
        ))
        .execute(tx)
        .await?;
    Ok(())
}
