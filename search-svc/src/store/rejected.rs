//! Documents that the index could not keep.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, prepared};
use uuid::Uuid;

use super::schema::rejected_documents as rejected;
use crate::Result;
use crate::domain::Key;

/// Longest reason that is kept.
const MAX_REASON: usize = 500;

/// A document that the index could not keep.
pub type Rejected = (String, Uuid, i64, String, DateTime<Utc>);

/// Notes one.
pub async fn add(conn: &mut Conn, key: Key, version: i64, reason: &str) -> Result<()> {
    let reason: String = reason.chars().filter(|c| *c != '\0').take(MAX_REASON).collect();
    diesel::insert_into(rejected::table)
        .values((
            rejected::kind.eq(key.kind.as_str()),
            rejected::id.eq(key.id),
            rejected::version.eq(version),
            rejected::reason.eq(&reason),
        ))
        .on_conflict((rejected::kind, rejected::id))
        .do_update()
        .set((
            rejected::version.eq(version),
            rejected::reason.eq(&reason),
            rejected::rejected_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes off those that were kept in this or a later version.
pub async fn clear(conn: &mut Conn, kept: &[(Key, i64)]) -> Result<()> {
    let clear = "delete from rejected_documents r using unnest($1, $2, $3) as kept (kind, id, version)
                 where r.kind = kept.kind and r.id = kept.id and r.version <= kept.version";
    prepared(
        diesel::sql_query(clear)
            .bind::<Array<Text>, _>(kept.iter().map(|(key, _)| key.kind.as_str()).collect::<Vec<_>>())
            .bind::<Array<SqlUuid>, _>(kept.iter().map(|(key, _)| key.id).collect::<Vec<_>>())
            .bind::<Array<BigInt>, _>(kept.iter().map(|(_, version)| *version).collect::<Vec<_>>()),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A page of them, the latest first.
pub async fn page(
    conn: &mut Conn,
    before: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Rejected>> {
    let mut page = rejected::table
        .order((rejected::rejected_at.desc(), rejected::id.desc()))
        .limit(limit)
        .into_boxed();
    if let Some((at, id)) = before {
        let earlier = rejected::rejected_at.lt(at);
        page = page.filter(earlier.or(rejected::rejected_at.eq(at).and(rejected::id.lt(id))));
    }
    Ok(page.load(conn).await?)
}
