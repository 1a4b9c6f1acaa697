//! Who saw which product lately.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, prepared};
use uuid::Uuid;

use crate::Result;
use crate::domain::{ProductId, View};

#[derive(QueryableByName)]
struct Fresh {
    #[diesel(sql_type = SqlUuid)]
    product_id: Uuid,
    #[diesel(sql_type = Text)]
    visitor: String,
}

/// Marks views and answers those that count: nothing of the same visitor was marked since `quiet_since`.
///
/// No view may be in `views` twice.
pub async fn mark(
    tx: &mut Conn,
    views: &[View],
    quiet_since: DateTime<Utc>,
) -> Result<Vec<(ProductId, String)>> {
    let products: Vec<Uuid> = views.iter().map(|view| view.product_id.0).collect();
    let visitors: Vec<&str> = views.iter().map(|view| view.visitor.as_str()).collect();
    let fresh = prepared(
        diesel::sql_query(
            // In one order, so that two replicas never wait for each other.
            "insert into product_views as known (product_id, visitor)
             select * from unnest($1, $2) as seen (product_id, visitor) order by 1, 2
             on conflict (product_id, visitor) do update set seen_at = excluded.seen_at
             where known.seen_at <= $3
             returning product_id, visitor",
        )
        .bind::<Array<SqlUuid>, _>(products)
        .bind::<Array<Text>, _>(visitors)
        .bind::<Timestamptz, _>(quiet_since),
    )
    .load::<Fresh>(tx)
    .await?;
    Ok(fresh
        .into_iter()
        .map(|row| (ProductId(row.product_id), row.visitor))
        .collect())
}

/// Forgets up to `limit` views from before `quiet_since`; those that another replica is at are left to it.
pub async fn forget(tx: &mut Conn, quiet_since: DateTime<Utc>, limit: i64) -> Result<usize> {
    let statement = "delete from product_views where ctid in (
        select ctid from product_views where seen_at <= $1 limit $2 for update skip locked)";
    let forget = prepared(
        diesel::sql_query(statement)
            .bind::<Timestamptz, _>(quiet_since)
            .bind::<BigInt, _>(limit),
    );
    Ok(forget.execute(tx).await?)
}
