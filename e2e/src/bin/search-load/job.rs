//! A rebuild of the index.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::http::Connection;
use crate::service::SearchService;

const POLL: Duration = Duration::from_millis(200);

/// What a rebuild came to.
#[derive(Serialize)]
pub struct Rebuilt {
    documents: u32,
    seconds: f64,
    per_second: f64,
}

#[derive(Deserialize)]
struct Job {
    id: String,
    status: String,
    progress: Progress,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Progress {
    done: u32,
}

/// Rebuilds from the service's own tables. A rebuild that is at work already is the one that is measured.
pub fn rebuild(service: &SearchService) -> Result<Rebuilt> {
    let mut connection = Connection::to(service.address);
    let source = json!({"source": "own"});
    let answer = service.operate(&mut connection, "POST", "/api/v1/search/rebuild", Some(&source))?;
    let mut job: Job = serde_json::from_value(answer)?;
    let target = format!("/api/v1/search/rebuild/{}", job.id);
    while job.status != "done" {
        if job.status == "failed" {
            bail!("The rebuild failed: {}", job.error.unwrap_or_default());
        }
        sleep(POLL);
        job = serde_json::from_value(service.operate(&mut connection, "GET", &target, None)?)?;
    }
    let (started, finished) = job
        .started_at
        .zip(job.finished_at)
        .context("A job that is done has no times")?;
    let seconds = (finished - started).as_seconds_f64();
    Ok(Rebuilt {
        documents: job.progress.done,
        seconds,
        per_second: f64::from(job.progress.done) / seconds,
    })
}
