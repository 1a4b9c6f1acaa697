//! Which account has which mailbox: accounts by their addresses, and the canonical forms that are still to be filled in.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use souk_email::{EmailAddress, lookup_key};
use uuid::Uuid;

use super::schema::users;
use super::users::{UserRow, owns_open_shop};
use crate::domain::{MailboxAssignment, MailboxClaim, User};

diesel::define_sql_function! {
    /// SQL's `lower`, by which the accounts of older programs are found. It folds letters that differ: what it finds is
    /// compared again.
    fn lower(text: Text) -> Text;
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct ClaimRow {
    id: Uuid,
    email: String,
    is_verified: bool,
    created_at: chrono::DateTime<chrono::Utc>,
}

impl From<ClaimRow> for MailboxClaim {
    fn from(row: ClaimRow) -> Self {
        Self {
            id: row.id,
            email: row.email,
            is_verified: row.is_verified,
            created_at: row.created_at,
        }
    }
}

/// An account with the key that it is found under.
type Found = (UserRow, String, bool, Option<String>);

/// The user whom a typed address names, and the hash of the password. One statement, whoever is found.
///
/// A row without a canonical form is found by its address, as older programs find it, if that is the same mailbox.
pub async fn find_credentials(conn: &mut Conn, typed: &str) -> Result<Option<(User, String)>, DbError> {
    let key = lookup_key(typed);
    let typed = typed.trim();
    let unicode = EmailAddress::parse(&key).map_or_else(|_| key.clone(), |address| address.unicode());
    let as_older_programs_do = lower(users::email)
        .eq(lower(typed))
        .or(lower(users::email).eq(lower(&key)))
        .or(lower(users::email).eq(lower(&unicode)));
    let found = users::table
        .filter(users::erased_at.is_null())
        .filter(
            users::email_canonical.eq(&key).or(users::email_canonical
                .is_null()
                .and(users::email_conflict.eq(false))
                .and(as_older_programs_do)),
        )
        .select((
            UserRow::as_select(),
            users::password_hash,
            owns_open_shop(),
            users::email_canonical,
        ))
        .get_results::<Found>(conn)
        .await?;
    let best = found
        .into_iter()
        .map(|(row, hash, is_shop_owner, canonical)| (row.into_user(is_shop_owner), hash, canonical))
        .filter(|(user, _, canonical)| canonical.is_some() || lookup_key(&user.email) == key)
        // Two that are not filled in yet are told apart as they will be then.
        .min_by_key(|(user, _, canonical)| {
            (canonical.is_none(), !user.is_verified, user.created_at, user.id)
        });
    Ok(best.map(|(user, hash, _)| (user, hash)))
}

/// So many accounts whose canonical form is to be filled in, by id, after `after`; locked until the transaction ends.
pub async fn lock_unfilled(
    tx: &mut Conn,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<MailboxClaim>, DbError> {
    let rows: Vec<ClaimRow> = users::table
        .filter(users::email_canonical.is_null())
        .filter(users::email_conflict.eq(false))
        .filter(users::erased_at.is_null())
        .filter(users::id.gt(after.unwrap_or(Uuid::nil())))
        .order(users::id)
        .limit(limit)
        .select(ClaimRow::as_select())
        .for_update()
        .get_results(tx)
        .await?;
    Ok(rows.into_iter().map(MailboxClaim::from).collect())
}

/// The accounts that have one of these canonical forms, locked until the transaction ends.
pub async fn lock_keepers(tx: &mut Conn, forms: &[String]) -> Result<Vec<MailboxClaim>, DbError> {
    let rows: Vec<ClaimRow> = users::table
        .filter(users::email_canonical.eq_any(forms))
        .filter(users::erased_at.is_null())
        .order(users::id)
        .select(ClaimRow::as_select())
        .for_update()
        .get_results(tx)
        .await?;
    Ok(rows.into_iter().map(MailboxClaim::from).collect())
}

/// Writes who keeps which mailbox; the caller holds the locks.
pub async fn assign(tx: &mut Conn, assignment: &MailboxAssignment) -> Result<(), DbError> {
    if !assignment.in_conflict.is_empty() {
        diesel::update(users::table.filter(users::id.eq_any(&assignment.in_conflict)))
            .set((
                users::email_canonical.eq(None::<String>),
                users::email_conflict.eq(true),
            ))
            .execute(tx)
            .await?;
    }
    for (id, canonical) in &assignment.kept {
        diesel::update(users::table.find(id))
            .set(users::email_canonical.eq(canonical))
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// Gives an account another address; `false` when another account has it.
pub async fn save_address(tx: &mut Conn, id: Uuid, address: &EmailAddress) -> Result<bool, DbError> {
    let saved = diesel::update(users::table.find(id))
        .set((
            users::email.eq(address.as_given()),
            users::email_canonical.eq(address.canonical()),
            users::email_conflict.eq(false),
            users::updated_at.eq(diesel::dsl::now),
        ))
        .execute(tx)
        .await
        .map_err(DbError::from);
    match saved {
        Ok(_) => Ok(true),
        Err(error) if is_taken(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a row was refused because its mailbox is taken, by this build's index or by that of older programs.
fn is_taken(error: &DbError) -> bool {
    matches!(
        error.violated_unique(),
        Some("users_email" | "users_email_canonical")
    )
}
