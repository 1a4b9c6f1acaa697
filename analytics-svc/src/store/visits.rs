//! Visits of shops.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, prepared};

use crate::domain::{ShopId, Visit};

const ADD: &str = "
insert into visits (shop_id, bucket, visitor) select * from unnest($1, $2, $3) on conflict do nothing";

const COUNT: &str = "
select count(distinct visitor) filter (where bucket >= $3) as now,
    count(distinct visitor) filter (where bucket < $3) as before
from visits where shop_id = $1 and bucket >= $2 and bucket < $4";

/// Different visitors of a period and of the one before.
#[derive(QueryableByName)]
pub struct Visitors {
    /// In the period.
    #[diesel(sql_type = BigInt)]
    pub now: i64,
    /// In the period before.
    #[diesel(sql_type = BigInt)]
    pub before: i64,
}

/// Remembers visits.
pub async fn add(tx: &mut Conn, visits: &BTreeSet<Visit>) -> Result<(), DbError> {
    if visits.is_empty() {
        return Ok(());
    }
    prepared(
        diesel::sql_query(ADD)
            .bind::<Array<SqlUuid>, _>(visits.iter().map(|visit| visit.shop_id.0).collect::<Vec<_>>())
            .bind::<Array<Timestamptz>, _>(visits.iter().map(|visit| visit.bucket).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(
                visits
                    .iter()
                    .map(|visit| visit.visitor.as_str())
                    .collect::<Vec<_>>(),
            ),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Counts a shop's different visitors from `before` to `start`, and from there to `end`.
pub async fn count(
    conn: &mut Conn,
    shop_id: ShopId,
    before: DateTime<Utc>,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Visitors, DbError> {
    let counted = prepared(
        diesel::sql_query(COUNT)
            .bind::<SqlUuid, _>(shop_id.0)
            .bind::<Timestamptz, _>(before)
            .bind::<Timestamptz, _>(start)
            .bind::<Timestamptz, _>(end),
    )
    .get_result(conn)
    .await?;
    Ok(counted)
}
