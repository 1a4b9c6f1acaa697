//! Rebuilding the index and comparing it with its source, for operators.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use souk_auth::Admin;
use souk_http::{Json, Page, PageQuery, Path, Query, Refusals};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::domain::{JobStatus, MaintenanceJob, MaintenanceKind, Source};
use crate::{AppState, Error, Result, store};

/// A job to begin.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[schema(as = StartSearchJob)]
#[serde(deny_unknown_fields)]
pub struct StartJobBody {
    /// `own` (the default): the copies that this service keeps of shops and products. `services`: the services that own them;
    /// the copies are brought up to date first.
    #[serde(default)]
    source: Source,
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchJob)]
pub struct JobBody {
    /// Its id.
    id: Uuid,
    /// What it does.
    kind: MaintenanceKind,
    /// What it reads.
    source: Source,
    /// How far it is.
    status: JobStatus,
    /// Documents done and to do.
    progress: ProgressBody,
    /// When it was asked for.
    created_at: DateTime<Utc>,
    /// When it began.
    #[schema(required)]
    started_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[schema(required)]
    finished_at: Option<DateTime<Utc>>,
    /// Seconds that it will still take at the rate so far; `null` before it has begun and after it has ended.
    #[schema(required, minimum = 0, example = 12)]
    estimated_seconds_left: Option<i64>,
    /// Why it failed.
    #[schema(required)]
    error: Option<String>,
}

/// How far a job is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchJobProgress)]
pub struct ProgressBody {
    /// Documents done.
    #[schema(minimum = 0, example = 25000)]
    done: i64,
    /// Documents to do, as counted when the job began.
    #[schema(minimum = 0, example = 100000)]
    total: i64,
}

/// A comparison of the index with its source.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchDrift)]
pub struct DriftBody {
    /// The job.
    #[serde(flatten)]
    job: JobBody,
    /// What differs, once the job is done: `missing`, `left_over` and `outdated`, each with `count` and the first 1000 `items`.
    #[schema(required, value_type = Option<Object>,
        example = json!({"missing": {"count": 0, "items": []}, "left_over": {"count": 0, "items": []}, "outdated": {"count": 0, "items": []}}))]
    result: Option<Value>,
}

/// A document that the index could not keep.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RejectedDocument)]
pub struct RejectedBody {
    /// `shop` or `product`.
    #[schema(example = "product")]
    kind: String,
    /// The shop or product.
    id: Uuid,
    /// The version of its document.
    version: i64,
    /// What the index said.
    reason: String,
    /// When.
    rejected_at: DateTime<Utc>,
}

/// Rebuild the search index.
///
/// A new index is filled while the old one answers, then takes its place at once. While a rebuild is at work no other is begun:
/// its job is answered, or 409 `search-job-running` if another source is asked for.
#[utoipa::path(tag = "search", request_body = StartJobBody, security(("bearer" = [])),
    responses((status = 202, body = JobBody), Refusals))]
#[post("/search/rebuild")]
pub async fn start_rebuild(
    state: Data<AppState>,
    _: Admin,
    body: Json<StartJobBody>,
) -> Result<HttpResponse> {
    start(&state, MaintenanceKind::Rebuild, body.source).await
}

/// Get a rebuild.
#[utoipa::path(tag = "search", params(("job_id" = Uuid, Path, description = "Id of the job")), security(("bearer" = [])),
    responses((status = 200, body = JobBody), Refusals))]
#[get("/search/rebuild/{job_id}")]
pub async fn get_rebuild(state: Data<AppState>, _: Admin, job_id: Path<Uuid>) -> Result<Json<JobBody>> {
    let job = find(&state, MaintenanceKind::Rebuild, job_id.into_inner()).await?;
    Ok(Json(job.into()))
}

/// Compare the search index with its source.
///
/// While a comparison is at work no other is begun: its job is answered, or 409 `search-job-running` if another source is asked
/// for.
#[utoipa::path(tag = "search", request_body = StartJobBody, security(("bearer" = [])),
    responses((status = 202, body = JobBody), Refusals))]
#[post("/search/drift")]
pub async fn start_drift(state: Data<AppState>, _: Admin, body: Json<StartJobBody>) -> Result<HttpResponse> {
    start(&state, MaintenanceKind::Drift, body.source).await
}

/// Get a comparison.
#[utoipa::path(tag = "search", params(("job_id" = Uuid, Path, description = "Id of the job")), security(("bearer" = [])),
    responses((status = 200, body = DriftBody), Refusals))]
#[get("/search/drift/{job_id}")]
pub async fn get_drift(state: Data<AppState>, _: Admin, job_id: Path<Uuid>) -> Result<Json<DriftBody>> {
    let job = find(&state, MaintenanceKind::Drift, job_id.into_inner()).await?;
    let result = job.result.clone();
    Ok(Json(DriftBody {
        job: job.into(),
        result,
    }))
}

/// List documents that the index could not keep.
///
/// The latest first. A document leaves the list when a later version of it is kept.
#[utoipa::path(tag = "search", params(PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Page<RejectedBody>), Refusals))]
#[get("/search/rejected")]
pub async fn list_rejected(
    state: Data<AppState>,
    _: Admin,
    page: Query<PageQuery>,
) -> actix_web::Result<Json<Page<RejectedBody>>> {
    let before: Option<(DateTime<Utc>, Uuid)> = page.after()?;
    let mut conn = state.db.conn().await.map_err(Error::from)?;
    let rows = store::rejected::page(&mut conn, before, page.fetch()).await?;
    let rows = Page::from_rows(rows, &page, |(_, id, .., at)| (*at, *id));
    Ok(Json(rows.map(|(kind, id, version, reason, rejected_at)| {
        RejectedBody {
            kind,
            id,
            version,
            reason,
            rejected_at,
        }
    })))
}

async fn start(state: &AppState, kind: MaintenanceKind, source: Source) -> Result<HttpResponse> {
    let job = state
        .db
        .transaction(async |tx| store::jobs::open(tx, kind, source).await)
        .await?;
    if job.source != source {
        return Err(Error::JobRunning(job.id));
    }
    Ok(HttpResponse::Accepted().json(JobBody::from(job)))
}

async fn find(state: &AppState, kind: MaintenanceKind, id: Uuid) -> Result<MaintenanceJob> {
    let mut conn = state.db.conn().await?;
    store::jobs::find(&mut conn, kind, id)
        .await?
        .ok_or(Error::NoSuchJob)
}

impl From<MaintenanceJob> for JobBody {
    fn from(job: MaintenanceJob) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            source: job.source,
            status: job.status,
            estimated_seconds_left: seconds_left(&job),
            progress: ProgressBody {
                done: job.done,
                total: job.total,
            },
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            error: job.error,
        }
    }
}

fn seconds_left(job: &MaintenanceJob) -> Option<i64> {
    let started = job
        .started_at
        .filter(|_| job.status == JobStatus::Running && job.done > 0)?;
    let taken = (Utc::now() - started).num_milliseconds().max(0);
    let left = job.total.saturating_sub(job.done).max(0);
    taken.checked_mul(left)?.checked_div(job.done)?.checked_div(1000)
}
