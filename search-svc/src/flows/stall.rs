//! Jobs that wait for a service.

use std::time::Duration;

use chrono::Utc;
use souk_clients::ClientError;
use souk_db::Conn;
use tokio::time::Instant;

use crate::domain::{JobStatus, MaintenanceJob};
use crate::{Result, store};

/// A job is given up when its source has not answered for so long.
const GIVE_UP_AFTER: Duration = Duration::from_secs(600);

/// How a slice of a job ended.
pub enum JobProgress {
    /// There is more to do.
    GoesOn,
    /// The job is finished.
    Finished,
}

/// Since when the source of a job does not answer.
#[derive(Default)]
pub struct Stall(Option<Instant>);

impl Stall {
    /// Notes that the source answers.
    pub fn end(&mut self) {
        self.0 = None;
    }

    /// Notes that the source does not answer; `false` when the job is given up.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn goes_on(
        &mut self,
        conn: &mut Conn,
        job: &mut MaintenanceJob,
        error: &ClientError,
    ) -> Result<bool> {
        let since = *self.0.get_or_insert_with(Instant::now);
        if since.elapsed() < GIVE_UP_AFTER {
            tracing::warn!(error = %error, job.id = %job.id, "Indexer: the source of a job is unavailable, retrying");
            return Ok(true);
        }
        job.status = JobStatus::Failed;
        job.finished_at = Some(Utc::now());
        job.error = Some(format!("The source did not answer for ten minutes: {error}"));
        store::jobs::save(conn, job).await?;
        Ok(false)
    }
}
