//! Wishlists, without their items.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::wishlists;
use crate::domain::Wishlist;

/// The wishlist of a customer; an empty one where no row was made yet.
pub async fn find(conn: &mut Conn, user_id: Uuid) -> Result<Wishlist, DbError> {
    let row = wishlists::table
        .find(user_id)
        .select(wishlists::is_erased)
        .first(conn)
        .await
        .optional()?;
    Ok(Wishlist {
        is_erased: row.unwrap_or(false),
    })
}

/// Makes the row of a wishlist, unless it is there.
pub async fn make(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    diesel::insert_into(wishlists::table)
        .values(wishlists::user_id.eq(user_id))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(())
}

/// The wishlist of a customer, its row made if need be and locked until the transaction ends.
pub async fn lock(tx: &mut Conn, user_id: Uuid) -> Result<Wishlist, DbError> {
    make(tx, user_id).await?;
    let locked = wishlists::table
        .find(user_id)
        .select(wishlists::is_erased)
        .for_update();
    Ok(Wishlist {
        is_erased: locked.first(tx).await?,
    })
}

/// Marks a locked wishlist as that of an account that is gone.
pub async fn mark_erased(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    diesel::update(wishlists::table.find(user_id))
        .set(wishlists::is_erased.eq(true))
        .execute(tx)
        .await?;
    Ok(())
}
