//! Carts, whole.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::lines;
use super::schema::carts;
use crate::domain::Cart;

/// The cart of a customer; an empty one where no row was made yet.
pub async fn find(conn: &mut Conn, user_id: Uuid) -> Result<Cart, DbError> {
    let row = carts::table
        .find(user_id)
        .select((carts::version, carts::is_erased))
        .first::<(i64, bool)>(conn)
        .await
        .optional()?;
    match row {
        None => Ok(Cart::empty(user_id)),
        Some((version, is_erased)) => {
            let lines = lines::of_cart(conn, user_id).await?;
            Ok(Cart {
                user_id,
                version,
                is_erased,
                lines,
            })
        }
    }
}

/// Makes the row of a cart, unless it is there.
pub async fn make(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    diesel::insert_into(carts::table)
        .values(carts::user_id.eq(user_id))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(())
}

/// The cart of a customer, its row made if need be and locked until the transaction ends.
pub async fn lock(tx: &mut Conn, user_id: Uuid) -> Result<Cart, DbError> {
    make(tx, user_id).await?;
    carts::table
        .find(user_id)
        .select(carts::user_id)
        .for_update()
        .first::<Uuid>(tx)
        .await?;
    find(tx, user_id).await
}

/// Writes what differs between a locked cart as it was and as it is.
pub async fn save(tx: &mut Conn, before: &Cart, after: &Cart) -> Result<(), DbError> {
    lines::save(tx, before.user_id, &before.lines, &after.lines).await?;
    if (before.version, before.is_erased) != (after.version, after.is_erased) {
        diesel::update(carts::table.find(after.user_id))
            .set((
                carts::version.eq(after.version),
                carts::is_erased.eq(after.is_erased),
            ))
            .execute(tx)
            .await?;
    }
    Ok(())
}
