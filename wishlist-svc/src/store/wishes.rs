//! Wishes.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::wishes;
use crate::domain::{Subject, Wish};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = wishes)]
struct WishRow {
    id: Uuid,
    user_id: Uuid,
    variation_id: Option<Uuid>,
    product_id: Option<Uuid>,
    shop_id: Uuid,
    created_at: DateTime<Utc>,
}

impl From<&Wish> for WishRow {
    fn from(wish: &Wish) -> Self {
        let (variation_id, product_id, shop_id) = match wish.subject {
            Subject::Variation {
                variation_id,
                product_id,
                shop_id,
            } => (Some(variation_id), Some(product_id), shop_id),
            Subject::Shop { shop_id } => (None, None, shop_id),
        };
        Self {
            id: wish.id,
            user_id: wish.user_id,
            variation_id,
            product_id,
            shop_id,
            created_at: wish.created_at,
        }
    }
}

impl From<WishRow> for Wish {
    fn from(row: WishRow) -> Self {
        let shop_id = row.shop_id;
        let subject = match (row.variation_id, row.product_id) {
            (Some(variation_id), Some(product_id)) => Subject::Variation {
                variation_id,
                product_id,
                shop_id,
            },
            _ => Subject::Shop { shop_id },
        };
        Self {
            id: row.id,
            user_id: row.user_id,
            subject,
            created_at: row.created_at,
        }
    }
}

/// Whose or which wishes go.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    /// All of a customer.
    User(Uuid),
    /// Those that a customer made until then.
    UserUntil(Uuid, DateTime<Utc>),
    /// Those for a product.
    Product(Uuid),
    /// Those for some variations.
    Variations(&'a [Uuid]),
    /// Those for a shop and for its products.
    Shop(Uuid),
}

/// Adds a wish.
pub async fn insert(tx: &mut Conn, wish: &Wish) -> Result<(), DbError> {
    diesel::insert_into(wishes::table)
        .values(WishRow::from(wish))
        .execute(tx)
        .await?;
    Ok(())
}

/// A customer's wish with that id.
pub async fn find(conn: &mut Conn, user_id: Uuid, id: Uuid) -> Result<Option<Wish>, DbError> {
    let row = wishes::table
        .find(id)
        .filter(wishes::user_id.eq(user_id))
        .select(WishRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Wish::from))
}

/// A customer's wish for that subject.
pub async fn find_subject(conn: &mut Conn, user_id: Uuid, subject: Subject) -> Result<Option<Wish>, DbError> {
    let mine = wishes::table.filter(wishes::user_id.eq(user_id)).into_boxed();
    let same = match subject {
        Subject::Variation { variation_id, .. } => mine.filter(wishes::variation_id.eq(variation_id)),
        Subject::Shop { shop_id } => {
            mine.filter(wishes::shop_id.eq(shop_id).and(wishes::variation_id.is_null()))
        }
    };
    let row = same.select(WishRow::as_select()).first(conn).await.optional()?;
    Ok(row.map(Wish::from))
}

/// How many wishes a customer has, hidden ones too.
pub async fn count(conn: &mut Conn, user_id: Uuid) -> Result<i64, DbError> {
    Ok(wishes::table
        .filter(wishes::user_id.eq(user_id))
        .count()
        .get_result(conn)
        .await?)
}

/// All wishes of a customer, newest first; they are bounded by their number.
pub async fn of_user(conn: &mut Conn, user_id: Uuid) -> Result<Vec<Wish>, DbError> {
    let rows = wishes::table
        .filter(wishes::user_id.eq(user_id))
        .order(wishes::id.desc())
        .select(WishRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Wish::from).collect())
}

/// Deletes a customer's wish and answers it, if it was there.
pub async fn delete(tx: &mut Conn, user_id: Uuid, id: Uuid) -> Result<Option<Wish>, DbError> {
    let row = diesel::delete(wishes::table.find(id).filter(wishes::user_id.eq(user_id)))
        .returning(WishRow::as_returning())
        .get_result(tx)
        .await
        .optional()?;
    Ok(row.map(Wish::from))
}

/// Deletes many wishes and answers them.
pub async fn delete_all(tx: &mut Conn, of: Of<'_>) -> Result<Vec<Wish>, DbError> {
    let all = diesel::delete(wishes::table).into_boxed();
    let some = match of {
        Of::User(user_id) => all.filter(wishes::user_id.eq(user_id)),
        Of::UserUntil(user_id, then) => {
            all.filter(wishes::user_id.eq(user_id).and(wishes::created_at.le(then)))
        }
        Of::Product(product_id) => all.filter(wishes::product_id.eq(product_id)),
        Of::Variations(variation_ids) => all.filter(wishes::variation_id.eq_any(variation_ids)),
        Of::Shop(shop_id) => all.filter(wishes::shop_id.eq(shop_id)),
    };
    let rows = some.returning(WishRow::as_returning()).get_results(tx).await?;
    Ok(rows.into_iter().map(Wish::from).collect())
}
