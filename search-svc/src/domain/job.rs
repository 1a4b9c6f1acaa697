//! Long work that an operator asks for: a rebuild of the index, or its comparison with the source.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SearchJobKind)]
pub enum MaintenanceKind {
    /// Build a new index and switch to it.
    Rebuild,
    /// Compare the index with the source.
    Drift,
}

/// What the index is built from or compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SearchSource)]
pub enum Source {
    /// The tables of this service.
    #[default]
    Own,
    /// The services that own products and shops.
    Services,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SearchJobStatus)]
pub enum JobStatus {
    /// Not begun.
    Queued,
    /// Begun.
    Running,
    /// Finished.
    Done,
    /// Given up; `error` says why.
    Failed,
}

/// A job.
#[derive(Debug, Clone, PartialEq)]
pub struct MaintenanceJob {
    /// Its id.
    pub id: Uuid,
    /// What it does.
    pub kind: MaintenanceKind,
    /// What it reads.
    pub source: Source,
    /// How far it is.
    pub status: JobStatus,
    /// The index that a rebuild fills.
    pub index_id: Option<Uuid>,
    /// The step of the work that it is at.
    pub phase: String,
    /// The last id that the step finished.
    pub after: Option<Uuid>,
    /// Documents done.
    pub done: i64,
    /// Documents to do, as counted when it began.
    pub total: i64,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub error: Option<String>,
    /// What a comparison found.
    pub result: Option<Value>,
}
