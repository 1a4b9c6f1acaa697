//! The inbox: which messages took effect already.

use std::collections::HashSet;

use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, prepared};
use uuid::Uuid;

#[derive(diesel::QueryableByName)]
struct Fresh {
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
}

/// Records `ids` as handled from `queue` and answers those that were not recorded before.
pub(crate) async fn record(
    tx: &mut Conn,
    queue: &str,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, diesel::result::Error> {
    let fresh = prepared(
        diesel::sql_query(
            "insert into inbox (queue, event_id) select $1, unnest($2)
         on conflict do nothing returning event_id",
        )
        .bind::<Text, _>(queue)
        .bind::<Array<SqlUuid>, _>(ids),
    )
    .load::<Fresh>(tx)
    .await?;
    Ok(fresh.into_iter().map(|row| row.event_id).collect())
}
