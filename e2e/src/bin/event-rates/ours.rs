//! The relay and the runner, as services have them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use diesel::sql_types::{Array, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_contracts::Envelope;
use souk_db::{Conn, DbError, prepared};
use souk_outbox::{BatchHandler, Outcome, Relay, Runner};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::stage::{QUEUE, Stage};

/// How often the end is looked for.
const LOOK: Duration = Duration::from_millis(5);

/// Seconds until a full outbox is empty.
pub async fn relay(stage: &Stage) -> Result<f64> {
    stage.fill_outbox().await?;
    let stop = CancellationToken::new();
    let begun = Instant::now();
    let relay = tokio::spawn(Relay::new(stage.db.clone(), stage.bus.clone(), "bench-svc").run(stop.clone()));
    let waiting = "select count(*) from (select from outbox where published_at is null limit 1) as one";
    while stage.count(waiting).await? > 0 {
        sleep(LOOK).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    stop.cancel();
    relay.await?;
    Ok(seconds)
}

/// Seconds until a full queue has taken effect.
pub async fn consumer(stage: &Stage) -> Result<f64> {
    stage.fill_queue().await?;
    let (stop, handled) = (CancellationToken::new(), Arc::new(AtomicUsize::new(0)));
    let project = Project(handled.clone());
    let runner = Runner::new(stage.db.clone(), stage.bus.clone(), &QUEUE, |_: &DbError| {
        Outcome::Hold
    });
    let begun = Instant::now();
    let runner = tokio::spawn(runner.on_any(project).run(stop.clone()));
    while AtomicUsize::load(&handled, Ordering::Relaxed) < stage.events
        || stage.count("select count(*) from inbox").await? < stage.events
    {
        sleep(LOOK).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    stop.cancel();
    runner.await?;
    let kept = stage.count("select count(*) from projection").await?;
    ensure!(
        kept == stage.events,
        "{kept} of {} events took effect",
        stage.events
    );
    Ok(seconds)
}

/// Keeps each event as a row.
struct Project(Arc<AtomicUsize>);

impl BatchHandler for Project {
    type Event = Value;
    type Error = DbError;

    async fn handle_all(&self, tx: &mut Conn, events: Vec<Envelope<Value>>) -> Result<(), DbError> {
        let count = events.len();
        project(tx, events).await?;
        self.0.fetch_add(count, Ordering::Relaxed);
        Ok(())
    }
}

/// Writes events as rows, by one statement.
pub async fn project(tx: &mut Conn, events: Vec<Envelope<Value>>) -> Result<(), DbError> {
    let (mut ids, mut kinds, mut times, mut data) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for event in events {
        ids.push(event.id);
        kinds.push(event.kind);
        times.push(event.time);
        data.push(event.data);
    }
    let insert = diesel::sql_query("insert into projection select * from unnest($1, $2, $3, $4)")
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(kinds)
        .bind::<Array<Timestamptz>, _>(times)
        .bind::<Array<Jsonb>, _>(data);
    prepared(insert).execute(tx).await?;
    Ok(())
}
