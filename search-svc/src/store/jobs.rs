//! Rebuilds and comparisons.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use souk_db::Conn;
use uuid::Uuid;

use super::schema::maintenance_jobs as jobs;
use crate::Result;
use crate::domain::{JobStatus, MaintenanceJob, MaintenanceKind, Source};

#[derive(Queryable, Selectable)]
#[diesel(table_name = jobs)]
struct Row {
    id: Uuid,
    kind: String,
    source: String,
    status: String,
    index_id: Option<Uuid>,
    phase: String,
    after: Option<Uuid>,
    done: i64,
    total: i64,
    error: Option<String>,
    result: Option<Value>,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
}

const OPEN: [&str; 2] = ["queued", "running"];

/// Queues a job unless one of its kind is open; answers the open one.
pub async fn open(conn: &mut Conn, kind: MaintenanceKind, source: Source) -> Result<MaintenanceJob> {
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(Uuid::now_v7()),
            jobs::kind.eq(name(kind)),
            jobs::source.eq(name(source)),
            jobs::status.eq(name(JobStatus::Queued)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    // The one that was in the way may have ended meanwhile: then the latest is that one.
    Ok(latest(conn, kind).await?.ok_or(diesel::result::Error::NotFound)?)
}

/// The job of this id and kind.
pub async fn find(conn: &mut Conn, kind: MaintenanceKind, id: Uuid) -> Result<Option<MaintenanceJob>> {
    let job = jobs::table.filter(jobs::id.eq(id).and(jobs::kind.eq(name(kind))));
    let row: Option<Row> = job.select(Row::as_select()).first(conn).await.optional()?;
    Ok(row.and_then(job_of))
}

/// The job of this kind that was asked for last.
pub async fn latest(conn: &mut Conn, kind: MaintenanceKind) -> Result<Option<MaintenanceJob>> {
    let latest = jobs::table
        .filter(jobs::kind.eq(name(kind)))
        .order(jobs::id.desc());
    let row: Option<Row> = latest.select(Row::as_select()).first(conn).await.optional()?;
    Ok(row.and_then(job_of))
}

/// Jobs that are not finished, the oldest first.
pub async fn unfinished(conn: &mut Conn) -> Result<Vec<MaintenanceJob>> {
    let rows: Vec<Row> = jobs::table
        .filter(jobs::status.eq_any(OPEN))
        .order(jobs::id)
        .select(Row::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().filter_map(job_of).collect())
}

/// So many times a job is resumed without getting any further.
const MAX_RESUMES: i32 = 30;

/// Counts that a job is resumed; `false` if it failed too often where it is, and is given up.
pub async fn resume(conn: &mut Conn, job: &mut MaintenanceJob) -> Result<bool> {
    let resumes: i32 = diesel::update(jobs::table.find(job.id))
        .set(jobs::resumes.eq(jobs::resumes + 1))
        .returning(jobs::resumes)
        .get_result(conn)
        .await?;
    if resumes <= MAX_RESUMES {
        return Ok(true);
    }
    job.status = JobStatus::Failed;
    job.finished_at = Some(Utc::now());
    job.error = Some(format!(
        "It failed {MAX_RESUMES} times in the step {}; see the log of search-svc.",
        job.phase
    ));
    save(conn, job).await?;
    Ok(false)
}

/// Notes how far a job is.
pub async fn save(conn: &mut Conn, job: &MaintenanceJob) -> Result<()> {
    diesel::update(jobs::table.find(job.id))
        .set((
            jobs::status.eq(name(job.status)),
            jobs::index_id.eq(job.index_id),
            jobs::phase.eq(&job.phase),
            jobs::after.eq(job.after),
            jobs::done.eq(job.done),
            jobs::resumes.eq(0),
            jobs::total.eq(job.total),
            jobs::error.eq(&job.error),
            jobs::result.eq(&job.result),
            jobs::started_at.eq(job.started_at),
            jobs::finished_at.eq(job.finished_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

fn job_of(row: Row) -> Option<MaintenanceJob> {
    Some(MaintenanceJob {
        id: row.id,
        kind: parse(&row.kind)?,
        source: parse(&row.source)?,
        status: parse(&row.status)?,
        index_id: row.index_id,
        phase: row.phase,
        after: row.after,
        done: row.done,
        total: row.total,
        created_at: row.created_at,
        started_at: row.started_at,
        finished_at: row.finished_at,
        error: row.error,
        result: row.result,
    })
}

/// The name of a variant, as the column has it.
fn name(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}

fn parse<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(Value::String(name.to_owned())).ok()
}
