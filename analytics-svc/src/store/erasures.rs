//! Accounts that are to be forgotten.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_contracts::EVENTS;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

use super::schema::{erased_users, order_items, shops};
use crate::domain::{Pseudonyms, UserId};

// Ids are replaced in the text: 36 characters that stand for nothing else, wherever they are. Requests are forgotten too,
// because logs may tell who sent them.
const ERASE_EVENTS: &str = "
update event_log
set user_id = null, correlation_id = null, causation_id = null, subject = replace(subject, $2, $3),
    data = replace((data - coalesce((select array_agg(member) from unnest($4, $5) as personal (kind, member)
        where personal.kind = event_log.type), '{}'))::text, $2, $3)::jsonb
where ";

// A visitor who is logged in may be counted by that id. The log tells where, and is read before it forgets.
const ERASE_VISITS: [&str; 2] = [
    "
with seen as (
    select distinct shop_id, date_bin('15 minutes', time, timestamptz 'epoch') as bucket
    from event_log where data ->> 'visitor' = $2 and ",
    "
), gone as (
    delete from visits using seen
    where visits.shop_id = seen.shop_id and visits.bucket = seen.bucket and visitor = $2
    returning visits.shop_id, visits.bucket
)
insert into visits (shop_id, bucket, visitor) select shop_id, bucket, $3 from gone on conflict do nothing",
];

/// The events of an account that is `$1`.
const OF_ACCOUNT: &str = "user_id = $1";
/// The events of an account that was erased under the name `$1`: as `event_log_erased` has them.
const OF_FORMER_NAME: &str =
    "user_id is null and coalesce(data ->> 'user_id', data ->> 'owner_id') = $1::text";

/// Which of these accounts were erased before, under any of their names.
pub async fn erased(
    tx: &mut Conn,
    pseudonyms: &Pseudonyms,
    users: BTreeSet<UserId>,
) -> Result<Vec<UserId>, DbError> {
    if users.is_empty() {
        return Ok(vec![]);
    }
    let names = |user: UserId| {
        let mut names = pseudonyms.former(user);
        names.push(pseudonyms.of(user));
        names
    };
    let all: Vec<Uuid> = users.iter().copied().flat_map(names).collect();
    let known: Vec<Uuid> = erased_users::table
        .filter(erased_users::pseudonym.eq_any(all))
        .select(erased_users::pseudonym)
        .load(tx)
        .await?;
    Ok(users
        .into_iter()
        .filter(|user| names(*user).iter().any(|name| known.contains(name)))
        .collect())
}

/// Takes an account's id and words out of the log and the facts, and remembers to do so with what comes late. What the
/// account left under a former name goes on under its name of now: its rows keep belonging together.
pub async fn erase(tx: &mut Conn, pseudonyms: &Pseudonyms, user: UserId) -> Result<(), DbError> {
    let pseudonym = pseudonyms.of(user);
    diesel::insert_into(erased_users::table)
        .values(erased_users::pseudonym.eq(pseudonym))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    rename(tx, OF_ACCOUNT, user.0, pseudonym).await?;
    let former = pseudonyms.former(user);
    let former: Vec<Uuid> =
        diesel::delete(erased_users::table.filter(erased_users::pseudonym.eq_any(former)))
            .returning(erased_users::pseudonym)
            .get_results(tx)
            .await?;
    for name in former {
        rename(tx, OF_FORMER_NAME, name, pseudonym).await?;
    }
    diesel::update(order_items::table.filter(order_items::user_id.eq(user.0)))
        .set(order_items::user_id.eq(None::<Uuid>))
        .execute(tx)
        .await?;
    Ok(())
}

async fn rename(tx: &mut Conn, which: &str, old: Uuid, new: Uuid) -> Result<(), DbError> {
    let (kinds, members): (Vec<&str>, Vec<&str>) = EVENTS
        .iter()
        .flat_map(|event| event.personal_text.iter().map(|member| (event.kind, *member)))
        .unzip();
    let [before, after] = ERASE_VISITS;
    let visits = diesel::sql_query(format!("{before}{which}{after}"))
        .bind::<SqlUuid, _>(old)
        .bind::<Text, _>(old.to_string())
        .bind::<Text, _>(new.to_string());
    prepared(visits).execute(tx).await?;
    let events = diesel::sql_query(format!("{ERASE_EVENTS}{which}"))
        .bind::<SqlUuid, _>(old)
        .bind::<Text, _>(old.to_string())
        .bind::<Text, _>(new.to_string())
        .bind::<Array<Text>, _>(kinds)
        .bind::<Array<Text>, _>(members);
    prepared(events).execute(tx).await?;
    diesel::update(shops::table.filter(shops::owner_id.eq(old)))
        .set(shops::owner_id.eq(new))
        .execute(tx)
        .await?;
    Ok(())
}
