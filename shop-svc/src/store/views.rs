//! When visitors looked last.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, prepared};
use uuid::Uuid;

use crate::Result;
use crate::domain::View;

#[derive(diesel::QueryableByName)]
struct Counted {
    #[diesel(sql_type = SqlUuid)]
    shop_id: Uuid,
    #[diesel(sql_type = Text)]
    visitor: String,
}

/// Notes views, of which no two may be of one visitor and shop, and answers those that count: nobody's that looked
/// within the last half hour.
pub async fn note(tx: &mut Conn, views: &[View]) -> Result<Vec<(Uuid, String)>> {
    let shops: Vec<Uuid> = views.iter().map(|view| view.shop_id).collect();
    let visitors: Vec<&str> = views.iter().map(|view| view.visitor.as_str()).collect();
    let times: Vec<DateTime<Utc>> = views.iter().map(|view| view.at).collect();
    let rows: Vec<Counted> = prepared(
        diesel::sql_query(
            "insert into shop_views (shop_id, visitor, seen_at) select * from unnest($1, $2, $3)
             on conflict (shop_id, visitor) do update set seen_at = excluded.seen_at
             where shop_views.seen_at <= excluded.seen_at - interval '30 minutes'
             returning shop_id, visitor",
        )
        .bind::<Array<SqlUuid>, _>(shops)
        .bind::<Array<Text>, _>(visitors)
        .bind::<Array<Timestamptz>, _>(times),
    )
    .load(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.shop_id, row.visitor)).collect())
}

/// Removes up to `limit` notes that mean nothing any more, and answers how many.
pub async fn forget(tx: &mut Conn, limit: i64) -> Result<usize> {
    let statement = "delete from shop_views where ctid in (select ctid from shop_views
        where seen_at < now() - interval '30 minutes' limit $1 for update skip locked)";
    let forget = prepared(diesel::sql_query(statement).bind::<BigInt, _>(limit));
    Ok(forget.execute(tx).await?)
}
