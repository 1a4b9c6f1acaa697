//! What every service tells of itself at `/internal/mesh`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where it is.
pub const REPORT_PATH: &str = "/internal/mesh";

/// One process, as it sees itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// The release.
    #[schema(example = "0.1.0")]
    pub version: String,
    /// What it was built from, if its builder said so.
    pub build: Option<String>,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// How many seconds ago that was.
    #[schema(example = 86400)]
    pub uptime_seconds: i64,
    /// Whether all that it needs is there.
    pub ready: bool,
    /// What it depends on, and whether that is `up` or `down`.
    #[schema(example = json!({"postgres": "up"}))]
    pub dependencies: BTreeMap<String, String>,
    /// Events that were decided and not told yet; null when its database does not answer.
    pub outbox: Option<OutboxReport>,
    /// The queues that it reads; null when the broker does not answer.
    pub queues: Option<Vec<QueueReport>>,
}

/// What waits in an outbox.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OutboxReport {
    /// Events that the broker does not have yet.
    #[schema(example = 0)]
    pub pending: i64,
    /// How long the oldest has waited.
    #[schema(example = 0.0)]
    pub oldest_seconds: f64,
}

/// What lies in a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueReport {
    /// Its name.
    #[schema(example = "cart-svc.catalogue")]
    pub name: String,
    /// Messages that wait.
    #[schema(example = 0)]
    pub ready: u32,
    /// Who listens.
    #[schema(example = 1)]
    pub consumers: u32,
    /// Messages that could not be handled.
    #[schema(example = 0)]
    pub parked: u32,
}
