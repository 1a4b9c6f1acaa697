//! Accounts that are to be forgotten.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

use super::schema::{erased_users, order_items, shops};
use crate::domain::UserId;

// An id is 36 characters that stand for nothing else, so replacing the text reaches wherever it is.
const ERASE_EVENTS: &str = "
update event_log
set user_id = null, subject = replace(subject, $2, $3), data = replace(data::text, $2, $3)::jsonb
where user_id = $1";

// A visitor who is logged in may be counted by that id. The log tells where, and is read before it forgets.
const ERASE_VISITS: &str = "
with seen as (
    select distinct shop_id, date_bin('15 minutes', time, timestamptz 'epoch') as bucket
    from event_log where user_id = $1 and data ->> 'visitor' = $2
), gone as (
    delete from visits using seen
    where visits.shop_id = seen.shop_id and visits.bucket = seen.bucket and visitor = $2
    returning visits.shop_id, visits.bucket
)
insert into visits (shop_id, bucket, visitor) select shop_id, bucket, $3 from gone on conflict do nothing";

/// Which of these accounts were erased before.
pub async fn erased(tx: &mut Conn, users: BTreeSet<UserId>) -> Result<Vec<UserId>, DbError> {
    if users.is_empty() {
        return Ok(vec![]);
    }
    let pseudonyms: Vec<_> = users.iter().map(|user| user.pseudonym()).collect();
    let known: Vec<Uuid> = erased_users::table
        .filter(erased_users::pseudonym.eq_any(pseudonyms))
        .select(erased_users::pseudonym)
        .load(tx)
        .await?;
    Ok(users
        .into_iter()
        .filter(|user| known.contains(&user.pseudonym()))
        .collect())
}

/// Takes an account's id out of the log and the facts, and remembers to do so with what comes late.
pub async fn erase(tx: &mut Conn, user: UserId) -> Result<(), DbError> {
    let pseudonym = user.pseudonym();
    diesel::insert_into(erased_users::table)
        .values(erased_users::pseudonym.eq(pseudonym))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    for statement in [ERASE_VISITS, ERASE_EVENTS] {
        let query = diesel::sql_query(statement)
            .bind::<SqlUuid, _>(user.0)
            .bind::<Text, _>(user.0.to_string())
            .bind::<Text, _>(pseudonym.to_string());
        prepared(query).execute(tx).await?;
    }
    diesel::update(order_items::table.filter(order_items::user_id.eq(user.0)))
        .set(order_items::user_id.eq(None::<Uuid>))
        .execute(tx)
        .await?;
    diesel::update(shops::table.filter(shops::owner_id.eq(user.0)))
        .set(shops::owner_id.eq(pseudonym))
        .execute(tx)
        .await?;
    Ok(())
}
