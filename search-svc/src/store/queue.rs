//! What has to be indexed again.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, prepared};
use uuid::Uuid;

use super::schema::index_queue;
use crate::Result;
use crate::domain::{IndexJob, JobKind};

/// Queues things to be indexed again, queued already or not, and raises the versions of their documents: whoever changes
/// what a document shows calls it in the same transaction.
pub async fn push(tx: &mut Conn, kind: JobKind, ids: &[Uuid]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let raise = match kind {
        JobKind::Product => Some(
            "update products set document_version = document_version + 1 from
             (select product_id as id from products where product_id = any($1) order by id for update) as changed
             where product_id = changed.id",
        ),
        JobKind::Shop => Some(
            "update shops set document_version = document_version + 1 from
             (select shop_id as id from shops where shop_id = any($1) order by id for update) as changed
             where shop_id = changed.id",
        ),
        JobKind::ProductsOf => None,
    };
    if let Some(raise) = raise {
        prepared(diesel::sql_query(raise).bind::<Array<SqlUuid>, _>(ids))
            .execute(tx)
            .await?;
    }
    prepared(
        diesel::sql_query(
            "insert into index_queue (kind, id) select distinct $1, id from unnest($2) as id order by id
             on conflict (kind, id) do update set seq = excluded.seq, after = null",
        )
        .bind::<Text, _>(kind.as_str())
        .bind::<Array<SqlUuid>, _>(ids),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The oldest jobs. Those of a kind that a later build added are left to it, and hold up nothing behind them.
pub async fn oldest(conn: &mut Conn, limit: i64) -> Result<Vec<IndexJob>> {
    let rows: Vec<(String, Uuid, i64, Option<Uuid>)> = index_queue::table
        .filter(index_queue::kind.eq_any(JobKind::ALL.map(JobKind::as_str)))
        .order(index_queue::seq)
        .select(index_queue::all_columns)
        .limit(limit)
        .load(conn)
        .await?;
    let jobs = rows.into_iter().filter_map(|(kind, id, seq, after)| {
        Some(IndexJob {
            kind: JobKind::from_name(&kind)?,
            id,
            seq,
            after,
        })
    });
    Ok(jobs.collect())
}

/// Takes finished jobs off. One that was queued again meanwhile has another `seq` and stays.
pub async fn settle(conn: &mut Conn, jobs: &[IndexJob]) -> Result<()> {
    // A row that is locked is just being queued again: to wait for it could be a deadlock.
    prepared(
        diesel::sql_query(
            "delete from index_queue where (kind, id) in (
                select q.kind, q.id from index_queue q
                join unnest($1, $2, $3) as done (kind, id, seq) on (q.kind, q.id, q.seq) = (done.kind, done.id, done.seq)
                for update of q skip locked
             )",
        )
        .bind::<Array<Text>, _>(jobs.iter().map(|job| job.kind.as_str()).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(jobs.iter().map(|job| job.id).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(jobs.iter().map(|job| job.seq).collect::<Vec<_>>()),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves a job to the end of the queue, to go on after `after`; does nothing if it was queued again meanwhile.
pub async fn resume_later(tx: &mut Conn, job: &IndexJob, after: Uuid) -> Result<()> {
    prepared(
        diesel::sql_query(
            "update index_queue set after = $4, seq = nextval('index_queue_seq')
             where kind = $1 and id = $2 and seq = $3",
        )
        .bind::<Text, _>(job.kind.as_str())
        .bind::<SqlUuid, _>(job.id)
        .bind::<BigInt, _>(job.seq)
        .bind::<SqlUuid, _>(after),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Which of these wait.
pub async fn waiting(conn: &mut Conn, kind: JobKind, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let of_kind = index_queue::kind
        .eq(kind.as_str())
        .and(index_queue::id.eq_any(ids));
    let ids = index_queue::table.filter(of_kind).select(index_queue::id);
    Ok(ids.load(conn).await?)
}

/// How many things wait.
pub async fn len(conn: &mut Conn) -> Result<i64> {
    Ok(index_queue::table.count().get_result(conn).await?)
}
