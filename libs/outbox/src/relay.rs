//! The relay: publishes the outbox, in its order, from one replica at a time.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_bus::{Bus, BusError, Message, Outcome, Publisher, Session, Target};
use souk_contracts::Exchange;
use souk_db::{Conn, Db, DbError, Lease, prepared};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::Backlog;

/// Rows published together; larger batches hardly gain.
const BATCH: usize = 500;
/// How long it rests at least after a batch that was not full, so that the next one is larger: publishing, and all that
/// readers do, is paid by the batch. An event that comes alone leaves at once.
const GATHER: Duration = Duration::from_millis(5);
/// How long it rests at most: what follows an order is still there before anyone looks for it. In between it rests as long
/// as the batch took: the busier broker and database are, the larger are batches.
const LONGEST_GATHER: Duration = Duration::from_millis(25);
/// How long it sleeps unless a commit of its own process wakes it: the bound on events of other replicas.
const POLL: Duration = Duration::from_millis(200);
/// How often a replica that is not the active one tries to become it.
const STANDBY: Duration = Duration::from_millis(500);
/// How often backlog metrics are taken.
const GAUGES: Duration = Duration::from_secs(5);

/// Publishes what the service's outbox holds.
pub struct Relay {
    db: Db,
    bus: Bus,
    service: &'static str,
    gather: Duration,
}

#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Bus(#[from] BusError),
}

impl From<diesel::result::Error> for RelayError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    exchange: String,
    #[diesel(sql_type = Text)]
    routing_key: String,
    #[diesel(sql_type = Nullable<Text>)]
    traceparent: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    conflation_key: Option<String>,
    #[diesel(sql_type = Text)]
    body: String,
}

impl Relay {
    /// A relay of `service`'s outbox.
    pub fn new(db: Db, bus: Bus, service: &'static str) -> Self {
        Self {
            db,
            bus,
            service,
            gather: GATHER,
        }
    }

    /// Rests so long after each batch, for events that nobody waits for.
    #[must_use]
    pub fn resting(mut self, gather: Duration) -> Self {
        self.gather = gather;
        self
    }

    /// Publishes until `shutdown`. Every replica runs one; a lease lets one at a time work, and another takes over
    /// when its holder dies.
    pub async fn run(self, shutdown: CancellationToken) {
        tokio::join!(self.publish_in_turns(&shutdown), self.watch_backlog(&shutdown));
    }

    async fn publish_in_turns(&self, shutdown: &CancellationToken) {
        while !shutdown.is_cancelled() {
            match self.db.lead("relay").await {
                Ok(Some(mut lease)) => {
                    if let Err(error) = self.publish_until_broken(&mut lease, shutdown).await {
                        tracing::warn!(service = self.service, error = ?error, "The relay is interrupted");
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(service = self.service, error = ?error, "The relay has no database")
                }
            }
            shutdown.run_until_cancelled(tokio::time::sleep(STANDBY)).await;
        }
    }

    /// Works while both the lease's connection and the broker's hold.
    async fn publish_until_broken(
        &self,
        lease: &mut Lease,
        shutdown: &CancellationToken,
    ) -> Result<(), RelayError> {
        let name = format!("{}.relay", self.service);
        let Some(session) = self.bus.session(&name, shutdown).await else {
            return Ok(());
        };
        let mut publisher = session.publisher().await?;
        without_flush(lease.conn()).await?;
        let mut confirmed = Vec::new();
        let committed = self.db.committed();
        while !shutdown.is_cancelled() {
            // Taken before looking, so that a commit during the look is not missed.
            let wake = committed.notified();
            let begun = Instant::now();
            let sent = self
                .publish_batch(lease.conn(), &mut publisher, &mut confirmed)
                .await?;
            if sent > 0 {
                if sent < BATCH {
                    let rest = begun
                        .elapsed()
                        .clamp(self.gather, self.gather.max(LONGEST_GATHER));
                    shutdown.run_until_cancelled(tokio::time::sleep(rest)).await;
                }
                continue;
            }
            self.ensure_open(&session)?;
            tokio::select! {
                () = wake => {}
                () = tokio::time::sleep(POLL) => {}
                () = shutdown.cancelled() => {}
            }
        }
        // What was committed while stopping leaves now rather than at the next start.
        while self
            .publish_batch(lease.conn(), &mut publisher, &mut confirmed)
            .await?
            > 0
        {}
        session.close().await;
        Ok(())
    }

    fn ensure_open(&self, session: &Session) -> Result<(), BusError> {
        if session.is_open() {
            Ok(())
        } else {
            Err(BusError::Cancelled(format!("{}.relay", self.service)))
        }
    }

    /// Publishes the oldest rows that are due, without those that a later one makes needless, and meanwhile marks those
    /// that were confirmed before; answers how many were due.
    ///
    /// After a crash in between, what was confirmed and not marked is sent again, and readers know it.
    async fn publish_batch(
        &self,
        conn: &mut Conn,
        publisher: &mut Publisher,
        confirmed: &mut Vec<Uuid>,
    ) -> Result<usize, RelayError> {
        let mut rows = due(conn, confirmed).await?;
        let due = rows.len();
        let conflated = conflate(&mut rows);
        let mut refused = take_unroutable(&mut rows);
        let messages: Vec<Message> = rows.iter().filter_map(|row| self.message(row)).collect();
        let (outcomes, settled) = tokio::join!(
            publisher.publish_all(&messages),
            settle(conn, confirmed, &conflated)
        );
        settled?;
        confirmed.clear();
        for (row, outcome) in rows.iter().zip(outcomes?) {
            match outcome {
                Outcome::Confirmed => confirmed.push(row.id),
                Outcome::Returned(_) | Outcome::Nacked => {
                    tracing::warn!(
                        event.id = %row.id, event.kind = row.routing_key, outcome = ?outcome,
                        "An event was not taken by the broker; it will be sent again"
                    );
                    refused.push(row.id);
                }
            }
        }
        metrics::counter!("outbox_published_total").increment(count(confirmed.len()));
        metrics::counter!("outbox_conflated_total").increment(count(conflated.len()));
        postpone(conn, &refused).await?;
        Ok(due)
    }

    fn message(&self, row: &Row) -> Option<Message> {
        let traceparent = row.traceparent.iter();
        Some(Message {
            target: Target::Exchange(Exchange::named(&row.exchange)?),
            id: row.id.to_string(),
            kind: row.routing_key.clone(),
            source: format!("/{}", self.service),
            headers: traceparent
                .map(|value| ("traceparent".to_owned(), value.clone()))
                .collect(),
            body: row.body.clone().into_bytes(),
        })
    }

    /// Measures what waits; its age is what an operator is alerted by.
    async fn watch_backlog(&self, shutdown: &CancellationToken) {
        while shutdown
            .run_until_cancelled(tokio::time::sleep(GAUGES))
            .await
            .is_some()
        {
            if let Ok(backlog) = Backlog::of(&self.db).await {
                #[expect(
                    clippy::as_conversions,
                    reason = "a gauge takes floats; counts this large do not occur"
                )]
                metrics::gauge!("outbox_pending").set(backlog.rows as f64);
                metrics::gauge!("outbox_oldest_seconds").set(backlog.age);
            }
        }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// The relay only marks what is sent: a mark that a crash of Postgres loses is made again, so nobody waits for the disk.
async fn without_flush(conn: &mut Conn) -> Result<(), diesel::result::Error> {
    diesel::sql_query("set synchronous_commit = off")
        .execute(conn)
        .await?;
    Ok(())
}

/// The unpublished rows by sequence, without those in `confirmed`. No high-water mark is kept: a transaction that
/// commits late has a low number.
async fn due(conn: &mut Conn, confirmed: &[Uuid]) -> Result<Vec<Row>, diesel::result::Error> {
    prepared(
        diesel::sql_query(
            "select id, exchange, routing_key, traceparent, conflation_key, body from outbox
         where published_at is null and (next_attempt_at is null or next_attempt_at <= now())
             and id <> all($2)
         order by seq limit $1",
        )
        .bind::<BigInt, _>(i64::try_from(BATCH).unwrap_or(i64::MAX))
        .bind::<Array<SqlUuid>, _>(confirmed),
    )
    .load(conn)
    .await
}

/// Takes out the rows for exchanges that this build does not know, which a newer build wrote before it was rolled back,
/// and answers which they were. They wait for it: any other exchange would confirm them, and their readers miss them.
fn take_unroutable(rows: &mut Vec<Row>) -> Vec<Uuid> {
    let (routable, unroutable): (Vec<Row>, Vec<Row>) = std::mem::take(rows)
        .into_iter()
        .partition(|row| Exchange::named(&row.exchange).is_some());
    *rows = routable;
    for row in &unroutable {
        tracing::warn!(
            event.id = %row.id, event.kind = row.routing_key, exchange = row.exchange,
            "Outbox relay: unknown exchange, the event is retried later"
        );
    }
    metrics::counter!("outbox_unroutable_total").increment(count(unroutable.len()));
    unroutable.iter().map(|row| row.id).collect()
}

/// Takes out the rows whose subject a later row tells the whole state of, and answers which they were.
fn conflate(rows: &mut Vec<Row>) -> Vec<Uuid> {
    let mut told = HashSet::new();
    let mut needless = Vec::new();
    for row in rows.iter().rev() {
        if let Some(subject) = &row.conflation_key
            && !told.insert((&row.routing_key, subject))
        {
            needless.push(row.id);
        }
    }
    rows.retain(|row| !needless.contains(&row.id));
    needless
}

/// Marks what the broker has, and removes what it need not have: nobody will ever have been told of it.
async fn settle(
    conn: &mut Conn,
    confirmed: &[Uuid],
    conflated: &[Uuid],
) -> Result<(), diesel::result::Error> {
    mark_sent(conn, confirmed).await?;
    let Some((first, last)) = span(conflated) else {
        return Ok(());
    };
    prepared(
        diesel::sql_query("delete from outbox where id = any($1) and id between $2 and $3")
            .bind::<Array<SqlUuid>, _>(conflated)
            .bind::<SqlUuid, _>(first)
            .bind::<SqlUuid, _>(last),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The first and the last id. Postgres finds the partitions of a list of ids only if it is told in which span they lie.
fn span(ids: &[Uuid]) -> Option<(Uuid, Uuid)> {
    Some((*ids.iter().min()?, *ids.iter().max()?))
}

async fn mark_sent(conn: &mut Conn, ids: &[Uuid]) -> Result<(), diesel::result::Error> {
    let Some((first, last)) = span(ids) else {
        return Ok(());
    };
    prepared(
        diesel::sql_query(
            "update outbox set published_at = now() where id = any($1) and id between $2 and $3",
        )
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<SqlUuid, _>(first)
        .bind::<SqlUuid, _>(last),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Lets refused rows wait, longer each time up to a minute, so that they do not hold up those behind them.
async fn postpone(conn: &mut Conn, ids: &[Uuid]) -> Result<(), diesel::result::Error> {
    let Some((first, last)) = span(ids) else {
        return Ok(());
    };
    prepared(
        diesel::sql_query(
            "update outbox set attempts = attempts + 1,
         next_attempt_at = now() + least(60, power(2, least(attempts, 6))) * interval '1 second'
         where id = any($1) and id between $2 and $3",
        )
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<SqlUuid, _>(first)
        .bind::<SqlUuid, _>(last),
    )
    .execute(conn)
    .await?;
    Ok(())
}
