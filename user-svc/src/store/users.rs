//! Users.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::{shop_owners, users};
use crate::domain::{NewUser, User};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(super) struct UserRow {
    id: Uuid,
    email: String,
    email_conflict: bool,
    first_name: String,
    last_name: String,
    phone_number: Option<String>,
    is_admin: bool,
    is_active: bool,
    is_verified: bool,
    version: i64,
    created_at: DateTime<Utc>,
    avatar: Option<Uuid>,
}

impl UserRow {
    pub(super) fn into_user(self, is_shop_owner: bool) -> User {
        User {
            id: self.id,
            email: self.email,
            email_conflict: self.email_conflict,
            first_name: self.first_name,
            last_name: self.last_name,
            phone_number: self.phone_number,
            is_admin: self.is_admin,
            is_shop_owner,
            is_active: self.is_active,
            is_verified: self.is_verified,
            avatar: self.avatar,
            version: self.version,
            created_at: self.created_at,
        }
    }
}

/// Adds a user; `None` when the mailbox is taken, by the index of canonical forms or by that of older programs.
pub async fn insert(tx: &mut Conn, new: &NewUser) -> Result<Option<User>, DbError> {
    let row = diesel::insert_into(users::table)
        .values((
            users::id.eq(Uuid::now_v7()),
            users::email.eq(new.email.as_given()),
            users::email_canonical.eq(new.email.canonical()),
            users::password_hash.eq(&new.password_hash),
            users::first_name.eq(&new.first_name),
            users::last_name.eq(&new.last_name),
            users::phone_number.eq(&new.phone_number),
            users::is_admin.eq(new.is_admin),
        ))
        .on_conflict_do_nothing()
        .returning(UserRow::as_returning())
        .get_result(tx)
        .await
        .optional()?;
    Ok(row.map(|row| row.into_user(false)))
}

/// The user with that id, unless erased.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<User>, DbError> {
    let row = users::table
        .find(id)
        .filter(users::erased_at.is_null())
        .select((UserRow::as_select(), owns_open_shop()))
        .get_result::<(UserRow, bool)>(conn)
        .await
        .optional()?;
    Ok(row.map(|(row, is_shop_owner)| row.into_user(is_shop_owner)))
}

/// The user with that id, unless erased, locked until the transaction ends.
pub async fn lock(tx: &mut Conn, id: Uuid) -> Result<Option<User>, DbError> {
    let locked = users::table
        .find(id)
        .select(users::id)
        .for_update()
        .get_result::<Uuid>(tx)
        .await
        .optional()?;
    match locked {
        Some(id) => find(tx, id).await,
        None => Ok(None),
    }
}

/// The user with that id as it is now, who stays so until the transaction ends; `None` while somebody changes it.
pub async fn share_unless_changing(tx: &mut Conn, id: Uuid) -> Result<Option<User>, DbError> {
    let row = users::table
        .find(id)
        .filter(users::erased_at.is_null())
        .select((UserRow::as_select(), owns_open_shop()))
        .for_share()
        .skip_locked()
        .get_result::<(UserRow, bool)>(tx)
        .await
        .optional()?;
    Ok(row.map(|(row, is_shop_owner)| row.into_user(is_shop_owner)))
}

/// The user with that id and the hash of the password, who stay so until the transaction ends, and so do tokens: whoever
/// changes or ends them locks the row first. Whoever waited for that sees the row as it is then.
pub async fn share(tx: &mut Conn, id: Uuid) -> Result<Option<(User, String)>, DbError> {
    let row = users::table
        .find(id)
        .filter(users::erased_at.is_null())
        .select((UserRow::as_select(), users::password_hash, owns_open_shop()))
        .for_share()
        .get_result::<(UserRow, String, bool)>(tx)
        .await
        .optional()?;
    Ok(row.map(|(row, hash, is_shop_owner)| (row.into_user(is_shop_owner), hash)))
}

/// The hash of a user's password.
pub async fn find_hash(conn: &mut Conn, id: Uuid) -> Result<Option<String>, DbError> {
    Ok(users::table
        .find(id)
        .filter(users::erased_at.is_null())
        .select(users::password_hash)
        .get_result(conn)
        .await
        .optional()?)
}

/// Blanks everything personal of a user, whose e-mail address may register anew, and answers the new version.
pub async fn blank(tx: &mut Conn, id: Uuid) -> Result<i64, DbError> {
    Ok(diesel::update(users::table.find(id))
        .set((
            // Nobody can have an address under this domain, and no hash is the empty one's.
            users::email.eq(format!("{id}@erased.invalid")),
            users::email_canonical.eq(None::<String>),
            users::email_conflict.eq(false),
            users::password_hash.eq(""),
            users::first_name.eq("-"),
            users::last_name.eq("-"),
            users::phone_number.eq(None::<String>),
            users::avatar.eq(None::<Uuid>),
            users::is_admin.eq(false),
            users::is_active.eq(false),
            users::is_verified.eq(false),
            users::version.eq(users::version + 1),
            users::updated_at.eq(diesel::dsl::now),
            users::erased_at.eq(diesel::dsl::now),
        ))
        .returning(users::version)
        .get_result(tx)
        .await?)
}

/// Erased accounts with their last versions, in the order of their ids.
pub async fn erased_after(conn: &mut Conn, after: Uuid, limit: i64) -> Result<Vec<(Uuid, i64)>, DbError> {
    Ok(users::table
        .filter(users::erased_at.is_not_null())
        .filter(users::id.gt(after))
        .order(users::id)
        .limit(limit)
        .select((users::id, users::version))
        .load(conn)
        .await?)
}

/// Writes what a user may change.
pub async fn save_profile(tx: &mut Conn, user: &User) -> Result<(), DbError> {
    diesel::update(users::table.find(user.id))
        .set((
            users::first_name.eq(&user.first_name),
            users::last_name.eq(&user.last_name),
            users::phone_number.eq(&user.phone_number),
            users::version.eq(user.version),
            users::updated_at.eq(diesel::dsl::now),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Writes which picture a user has.
pub async fn save_avatar(tx: &mut Conn, user: &User) -> Result<(), DbError> {
    diesel::update(users::table.find(user.id))
        .set((
            users::avatar.eq(user.avatar),
            users::version.eq(user.version),
            users::updated_at.eq(diesel::dsl::now),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Sets the password and makes the user an active operator.
pub async fn make_admin(tx: &mut Conn, id: Uuid, password_hash: &str) -> Result<(), DbError> {
    diesel::update(users::table.find(id))
        .set((
            users::password_hash.eq(password_hash),
            users::is_admin.eq(true),
            users::is_active.eq(true),
            users::updated_at.eq(diesel::dsl::now),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether the user has an open, approved shop.
#[diesel::dsl::auto_type]
pub(super) fn owns_open_shop() -> _ {
    exists(
        shop_owners::table
            .filter(shop_owners::owner_id.eq(users::id))
            .filter(shop_owners::is_open),
    )
}
