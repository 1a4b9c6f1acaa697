//! Mails that wait to be sent.

use diesel::dsl::{AsExprOf, now, sql};
use diesel::expression::{SqlLiteral, UncheckedBind};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Timestamptz};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::mails;
use crate::domain::{Mail, Purpose};

/// Longer than sending takes: who took a mail and died leaves it to another.
const TAKEN_SECONDS: i32 = 120;

#[derive(Queryable, Selectable)]
#[diesel(table_name = mails)]
struct MailRow {
    id: Uuid,
    purpose: String,
    recipient: String,
    attempts: i32,
}

impl TryFrom<MailRow> for Mail {
    type Error = DbError;

    fn try_from(row: MailRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            purpose: Purpose::named(&row.purpose)
                .ok_or_else(|| diesel::result::Error::DeserializationError("a purpose of no mail".into()))?,
            recipient: row.recipient,
            attempts: row.attempts,
        })
    }
}

/// Adds a mail unless the same one waits already.
pub async fn add(tx: &mut Conn, purpose: Purpose, recipient: &str) -> Result<(), DbError> {
    diesel::insert_into(mails::table)
        .values((
            mails::id.eq(Uuid::now_v7()),
            mails::purpose.eq(purpose.as_str()),
            mails::recipient.eq(recipient),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes the mail that has been due for longest; no other replica gets it for a while.
pub async fn take(tx: &mut Conn) -> Result<Option<Mail>, DbError> {
    let due = mails::table
        .filter(mails::next_attempt_at.le(now))
        .order(mails::next_attempt_at)
        .select(mails::id)
        .for_update()
        .skip_locked()
        .first::<Uuid>(tx)
        .await
        .optional()?;
    let Some(id) = due else { return Ok(None) };
    let row: MailRow = diesel::update(mails::table.find(id))
        .set((
            mails::attempts.eq(mails::attempts + 1),
            mails::next_attempt_at.eq(after(TAKEN_SECONDS)),
        ))
        .returning(MailRow::as_returning())
        .get_result(tx)
        .await?;
    row.try_into().map(Some)
}

/// Lets a mail wait.
pub async fn postpone(tx: &mut Conn, id: Uuid, seconds: i32) -> Result<(), DbError> {
    diesel::update(mails::table.find(id))
        .set(mails::next_attempt_at.eq(after(seconds)))
        .execute(tx)
        .await?;
    Ok(())
}

/// Removes every mail to an address, in whatever case it was written.
pub async fn discard_all(tx: &mut Conn, recipient: &str) -> Result<(), DbError> {
    diesel::sql_query("delete from mails where lower(recipient) = lower($1)")
        .bind::<diesel::sql_types::Text, _>(recipient)
        .execute(tx)
        .await?;
    Ok(())
}

/// Removes a mail.
pub async fn remove(tx: &mut Conn, id: Uuid) -> Result<(), DbError> {
    diesel::delete(mails::table.find(id)).execute(tx).await?;
    Ok(())
}

fn after(seconds: i32) -> UncheckedBind<SqlLiteral<Timestamptz>, AsExprOf<i32, Integer>> {
    sql::<Timestamptz>("now() + interval '1 second' * ").bind::<Integer, _>(seconds)
}
