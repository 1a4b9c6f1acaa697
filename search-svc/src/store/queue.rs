//! What has to be indexed anew.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, prepared};
use uuid::Uuid;

use super::schema::index_queue;
use crate::Result;
use crate::domain::{Task, Wish};

/// Asks for things to be indexed anew, be they asked for already or not.
pub async fn push(tx: &mut Conn, task: Task, ids: &[Uuid]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    prepared(
        diesel::sql_query(
            "insert into index_queue (kind, id) select distinct $1, id from unnest($2) as id order by id
             on conflict (kind, id) do update set seq = excluded.seq, after = null",
        )
        .bind::<Text, _>(task.as_str())
        .bind::<Array<SqlUuid>, _>(ids),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The oldest wishes. Those of a kind that a later build added are left to it, and hold up nothing behind them.
pub async fn oldest(conn: &mut Conn, limit: i64) -> Result<Vec<Wish>> {
    let rows: Vec<(String, Uuid, i64, Option<Uuid>)> = index_queue::table
        .filter(index_queue::kind.eq_any(Task::ALL.map(Task::as_str)))
        .order(index_queue::seq)
        .select(index_queue::all_columns)
        .limit(limit)
        .load(conn)
        .await?;
    let wishes = rows.into_iter().filter_map(|(task, id, seq, after)| {
        Some(Wish {
            task: Task::from_name(&task)?,
            id,
            seq,
            after,
        })
    });
    Ok(wishes.collect())
}

/// Takes fulfilled wishes off. One that was made again meanwhile has another `seq` and stays.
pub async fn settle(conn: &mut Conn, wishes: &[Wish]) -> Result<()> {
    // A row that somebody holds is just being asked for again: to wait for it could be a deadlock.
    prepared(
        diesel::sql_query(
            "delete from index_queue where (kind, id) in (
                select q.kind, q.id from index_queue q
                join unnest($1, $2, $3) as done (kind, id, seq) on (q.kind, q.id, q.seq) = (done.kind, done.id, done.seq)
                for update of q skip locked
             )",
        )
        .bind::<Array<Text>, _>(wishes.iter().map(|wish| wish.task.as_str()).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(wishes.iter().map(|wish| wish.id).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(wishes.iter().map(|wish| wish.seq).collect::<Vec<_>>()),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sends a wish to the end of the queue, to go on after `after`; does nothing if it was made again meanwhile.
pub async fn resume_later(tx: &mut Conn, wish: &Wish, after: Uuid) -> Result<()> {
    prepared(
        diesel::sql_query(
            "update index_queue set after = $4, seq = nextval('index_queue_seq')
             where kind = $1 and id = $2 and seq = $3",
        )
        .bind::<Text, _>(wish.task.as_str())
        .bind::<SqlUuid, _>(wish.id)
        .bind::<BigInt, _>(wish.seq)
        .bind::<SqlUuid, _>(after),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Asks for everything to be indexed anew, and for nothing else that this build knows.
pub async fn fill(tx: &mut Conn) -> Result<()> {
    let known = index_queue::kind.eq_any(Task::ALL.map(Task::as_str));
    diesel::delete(index_queue::table.filter(known))
        .execute(tx)
        .await?;
    diesel::sql_query(
        "insert into index_queue (kind, id)
         select kind, shop_id from shops cross join (values ('shop'), ('products_of')) as kinds (kind)
         order by shop_id, kind desc",
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// How many things wait.
pub async fn len(conn: &mut Conn) -> Result<i64> {
    Ok(index_queue::table.count().get_result(conn).await?)
}
