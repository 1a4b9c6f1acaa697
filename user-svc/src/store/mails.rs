//! Mails that wait to be sent.

use diesel::dsl::{AsExprOf, now, sql};
use diesel::expression::{SqlLiteral, UncheckedBind};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use souk_email::{EmailAddress, lookup_key};
use uuid::Uuid;

use super::mailboxes::lower;
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

/// Adds a mail unless the same one waits already. `address` names an account: where the mail goes is looked up when it is
/// sent.
///
/// The row holds a spelling that `lower(recipient)`, which the index is over, leaves as it is: no two mailboxes are one
/// mail. Older programs write what was typed, and that may fold to the spelling of another mailbox: this one takes its
/// place.
pub async fn add(tx: &mut Conn, purpose: Purpose, address: &str) -> Result<(), DbError> {
    let spelling = unfolded_spelling(address);
    diesel::insert_into(mails::table)
        .values((
            mails::id.eq(Uuid::now_v7()),
            mails::purpose.eq(purpose.as_str()),
            mails::recipient.eq(&spelling),
        ))
        .on_conflict(sql::<Text>("(purpose, lower(recipient))"))
        .do_update()
        .set(mails::recipient.eq(&spelling))
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes the mail that has been due for longest; no other replica gets it for a while.
pub async fn take(tx: &mut Conn) -> Result<Option<Mail>, DbError> {
    let due = mails::table
        .filter(mails::next_attempt_at.le(now))
        // A mail for a purpose that a later build added is left to it, and does not hold up those behind it.
        .filter(mails::purpose.eq_any(Purpose::ALL.map(Purpose::as_str)))
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

/// Removes every mail to the account with this address.
pub async fn discard_all(tx: &mut Conn, address: &str) -> Result<(), DbError> {
    let key = lookup_key(address);
    let waiting = mails::table
        .filter(
            lower(mails::recipient)
                .eq(lower(&key))
                .or(lower(mails::recipient).eq(lower(address))),
        )
        .select((mails::id, mails::recipient))
        .get_results::<(Uuid, String)>(tx)
        .await?;
    let ids = waiting
        .into_iter()
        .filter(|(_, recipient)| lookup_key(recipient) == key)
        .map(|(id, _)| id);
    diesel::delete(mails::table.filter(mails::id.eq_any(ids.collect::<Vec<_>>())))
        .execute(tx)
        .await?;
    Ok(())
}

/// Removes a mail.
pub async fn remove(tx: &mut Conn, id: Uuid) -> Result<(), DbError> {
    diesel::delete(mails::table.find(id)).execute(tx).await?;
    Ok(())
}

/// The canonical form, or the one in Unicode if that was given: older programs find an account only as it was registered.
fn unfolded_spelling(address: &str) -> String {
    let key = lookup_key(address);
    let unicode = EmailAddress::parse(&key).map(|address| address.unicode());
    match unicode {
        Ok(unicode) if unicode == address.trim().to_lowercase() => unicode,
        _ => key,
    }
}

fn after(seconds: i32) -> UncheckedBind<SqlLiteral<Timestamptz>, AsExprOf<i32, Integer>> {
    sql::<Timestamptz>("now() + interval '1 second' * ").bind::<Integer, _>(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiting_mail_has_a_spelling_that_folding_leaves_alone() {
        for (address, spelling) in [
            ("Vic@Mimi.example", "vic@mimi.example"),
            ("a@B\u{dc}CHER.example", "a@b\u{fc}cher.example"),
            ("a@XN--bcher-kva.example", "a@xn--bcher-kva.example"),
            ("vic@m\u{130}mi.example", "vic@mi\u{307}mi.example"),
            ("vic@\u{212a}elvin.example", "vic@kelvin.example"),
            ("A..B@[127.0.0.1] ", "a..b@[127.0.0.1]"),
        ] {
            assert_eq!(unfolded_spelling(address), spelling);
            assert_eq!(lookup_key(spelling), lookup_key(address));
            assert_eq!(spelling.to_lowercase(), spelling);
        }
    }
}
