//! Accounts as operators see and change them.

use diesel::dsl::{not, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel_async::RunQueryDsl;
use souk_auth::Role;
use souk_db::{Conn, DbError, containing};
use souk_email::{EmailAddress, lookup_key};
use uuid::Uuid;

use super::schema::users;
use super::users::{UserRow, owns_open_shop};
use crate::domain::{User, UserFilter};

/// The users that fit, newest first, the first `limit` after `after`.
pub async fn list(
    conn: &mut Conn,
    filter: &UserFilter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<User>, DbError> {
    let mut query = users::table
        .select((UserRow::as_select(), owns_open_shop()))
        .filter(users::erased_at.is_null())
        .order(users::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(email) = &filter.email {
        query = query.filter(has_in_email(email));
    }
    if let Some(conflict) = filter.conflict {
        query = query.filter(users::email_conflict.eq(conflict));
    }
    query = match filter.role {
        None => query,
        Some(Role::Admin) => query.filter(users::is_admin),
        Some(Role::ShopOwner) => query.filter(not(users::is_admin)).filter(owns_open_shop()),
        Some(Role::Customer) => query.filter(not(users::is_admin)).filter(not(owns_open_shop())),
    };
    if let Some(is_active) = filter.is_active {
        query = query.filter(users::is_active.eq(is_active));
    }
    if let Some(after) = after {
        query = query.filter(users::id.lt(after));
    }
    let rows: Vec<(UserRow, bool)> = query.get_results(conn).await?;
    Ok(rows
        .into_iter()
        .map(|(row, is_shop_owner)| row.into_user(is_shop_owner))
        .collect())
}

/// The active operators by id, all of them locked until the transaction ends.
pub async fn lock_operators(tx: &mut Conn) -> Result<Vec<Uuid>, DbError> {
    Ok(users::table
        .filter(users::is_admin)
        .filter(users::is_active)
        .order(users::id)
        .select(users::id)
        .for_update()
        .get_results(tx)
        .await?)
}

/// Writes what a user may do.
pub async fn save_standing(tx: &mut Conn, user: &User) -> Result<(), DbError> {
    diesel::update(users::table.find(user.id))
        .set((
            users::is_admin.eq(user.is_admin),
            users::is_active.eq(user.is_active),
            users::is_verified.eq(user.is_verified),
            users::version.eq(user.version),
            users::updated_at.eq(diesel::dsl::now),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether the address has this in it without regard to ASCII case, as it was registered or in its canonical form: the
/// database's own folding would find other mailboxes. A whole address also finds the accounts in conflict over it.
fn has_in_email(part: &str) -> Box<dyn BoxableExpression<users::table, Pg, SqlType = Nullable<Bool>>> {
    let key = lookup_key(part);
    let unicode = EmailAddress::parse(&key).map_or_else(|_| key.clone(), |address| address.unicode());
    let as_registered =
        |text: &str| sql::<Bool>("email collate \"C\" ilike ").bind::<Text, _>(containing(text));
    Box::new(
        users::email_canonical
            .like(containing(&key))
            .or(as_registered(part))
            .or(as_registered(&unicode)),
    )
}
