//! Keeps the index in step with the tables, in one process at a time.
//!
//! Documents are built from rows, written and committed; only then their jobs leave the queue. A crash anywhere repeats
//! work and changes nothing else.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncConnection;
use souk_db::{Conn, Db};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::drift::DriftRun;
use super::rebuild::RebuildRun;
use super::stall::JobProgress;
use super::{SharedDictionary, Sources, documents};
use crate::domain::{IndexJob, JobKind, JobStatus, Key, Kind, MaintenanceJob, MaintenanceKind, Source};
use crate::index::{DOCUMENT_VERSION, DocumentWrite, IndexError, SearchIndex};
use crate::{Error, Result, ops, store};

/// The lease of the one process that writes the index.
const LEASE: &str = "indexer";
/// Jobs finished by one commit of the index, at most.
const BATCH: usize = 1_000;
/// Commits cost the same for one document as for many: changes are collected for so long.
const BATCH_WINDOW: Duration = Duration::from_millis(200);
/// The queue is read this often even without a notification.
const POLL: Duration = Duration::from_secs(1);
/// The pause after a failure.
const RETRY_PAUSE: Duration = Duration::from_secs(2);

/// Keeps the index in step with the tables.
#[derive(Clone)]
pub struct Indexer {
    pub(super) db: Db,
    pub(super) index: Arc<dyn SearchIndex>,
    pub(super) dictionary: SharedDictionary,
    pub(super) sources: Sources,
}

/// What the process that holds the lease knows of the indexes and of the jobs at work.
#[derive(Default)]
pub(super) struct Leadership {
    /// The index that answers, if it was filled from these tables.
    pub active: Option<Uuid>,
    /// The rebuild that is at work.
    pub rebuild: Option<RebuildRun>,
    /// The comparison that is at work.
    pub drift: Option<DriftRun>,
}

/// How much a step did.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Progress {
    /// There was nothing to do.
    Idle,
    /// All there was is done.
    CaughtUp,
    /// There is more.
    Behind,
}

impl Indexer {
    /// An indexer from `db` into `index`.
    pub fn new(db: Db, index: Arc<dyn SearchIndex>, dictionary: SharedDictionary, sources: Sources) -> Self {
        Self {
            db,
            index,
            dictionary,
            sources,
        }
    }

    /// Works until `stop` whenever no other process does.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let (leader, until) = (self.clone(), stop.clone());
            // In a task of its own: a panic is a failure like others, and must not end indexing for good.
            let led = tokio::spawn(async move { leader.lead(&until).await }).await;
            let pause = match led
                .map_err(|panic| Error::Index(IndexError::failed(panic)))
                .flatten()
            {
                Ok(()) => POLL,
                Err(error) => {
                    tracing::warn!(error = %error, "Indexer: failed, retrying; the search index falls behind");
                    RETRY_PAUSE
                }
            };
            stop.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
    }

    /// Does all there is to do, as the process whose connection `conn` is.
    ///
    /// # Errors
    /// When the database or the index fails; what was not finished is still queued.
    pub async fn drain(&self, conn: &mut Conn) -> Result<()> {
        let mut leadership = self.begin(conn).await?;
        while self.step(conn, &mut leadership).await? != Progress::Idle {}
        Ok(())
    }

    /// Takes the lease if it is free and works until the database or the index fails.
    async fn lead(&self, stop: &CancellationToken) -> Result<()> {
        let Some(mut lease) = self.db.lead(LEASE).await? else {
            return Ok(());
        };
        let committed = self.db.committed();
        let mut leadership = self.begin(lease.conn()).await?;
        while !stop.is_cancelled() {
            let pause = match self.step(lease.conn(), &mut leadership).await? {
                Progress::Behind => continue,
                Progress::CaughtUp => BATCH_WINDOW,
                Progress::Idle => POLL,
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
                () = committed.notified(), if pause == POLL => {}
            }
        }
        Ok(())
    }

    /// Finds out where the last leader stopped. An index that was not filled from these tables, or is of an older
    /// build, is built again.
    async fn begin(&self, conn: &mut Conn) -> Result<Leadership> {
        let state = self.index.state().await?;
        let filled = store::generation::read(conn).await?;
        let mut leadership = Leadership {
            active: state
                .active
                .map(|index| index.id)
                .filter(|id| Some(*id) == filled),
            ..Leadership::default()
        };
        let is_current = state
            .active
            .is_some_and(|index| Some(index.id) == filled && index.document_version == DOCUMENT_VERSION);
        let unfinished = store::jobs::unfinished(conn).await?;
        let is_rebuilding = unfinished.iter().any(|job| job.kind == MaintenanceKind::Rebuild);
        if !is_current && !is_rebuilding {
            tracing::info!(
                index.backend = self.index.name(),
                "Indexer: the index is missing or outdated, rebuilding"
            );
            store::jobs::open(conn, MaintenanceKind::Rebuild, Source::Own).await?;
        }
        for mut job in unfinished {
            if job.status == JobStatus::Running && store::jobs::resume(conn, &mut job).await? {
                self.resume(conn, &mut leadership, job, &state).await?;
            }
        }
        Ok(leadership)
    }

    async fn resume(
        &self,
        conn: &mut Conn,
        leadership: &mut Leadership,
        job: MaintenanceJob,
        state: &crate::index::IndexState,
    ) -> Result<()> {
        match job.kind {
            MaintenanceKind::Rebuild => {
                leadership.rebuild = Some(RebuildRun::resume(self, conn, job, state).await?);
            }
            MaintenanceKind::Drift => leadership.drift = Some(DriftRun::begin(self, conn, job).await?),
        }
        Ok(())
    }

    /// One batch of the queue, and one slice of each job.
    async fn step(&self, conn: &mut Conn, leadership: &mut Leadership) -> Result<Progress> {
        let queue = self.index_queued(conn, leadership).await?;
        let jobs = self.advance_jobs(conn, leadership).await?;
        Ok(queue.max(jobs))
    }

    async fn advance_jobs(&self, conn: &mut Conn, leadership: &mut Leadership) -> Result<Progress> {
        if leadership.rebuild.is_none() || leadership.drift.is_none() {
            for job in store::jobs::unfinished(conn).await? {
                match job.kind {
                    MaintenanceKind::Rebuild if leadership.rebuild.is_none() => {
                        leadership.rebuild = Some(RebuildRun::begin(self, conn, job).await?);
                    }
                    MaintenanceKind::Drift if leadership.drift.is_none() && leadership.active.is_some() => {
                        leadership.drift = Some(DriftRun::begin(self, conn, job).await?);
                    }
                    _ => {}
                }
            }
        }
        let mut progress = Progress::Idle;
        if let Some(mut rebuild) = leadership.rebuild.take() {
            match rebuild.advance(self, conn).await {
                Ok(JobProgress::Finished) => leadership.active = Some(rebuild.index_id()),
                Ok(JobProgress::GoesOn) => leadership.rebuild = Some(rebuild),
                Err(Error::Source(error)) => {
                    if rebuild.stall.goes_on(conn, &mut rebuild.job, &error).await? {
                        leadership.rebuild = Some(rebuild);
                        return Ok(Progress::CaughtUp);
                    }
                }
                Err(error) => return Err(error),
            }
            progress = Progress::Behind;
        }
        if let Some(mut drift) = leadership.drift.take() {
            match drift.advance(self, conn).await {
                Ok(JobProgress::Finished) => {}
                Ok(JobProgress::GoesOn) => leadership.drift = Some(drift),
                Err(Error::Source(error)) => {
                    if drift.stall.goes_on(conn, &mut drift.job, &error).await? {
                        leadership.drift = Some(drift);
                        return Ok(Progress::CaughtUp);
                    }
                }
                Err(error) => return Err(error),
            }
            progress = Progress::Behind;
        }
        Ok(progress)
    }

    /// Finishes the oldest jobs of the queue.
    async fn index_queued(&self, conn: &mut Conn, leadership: &mut Leadership) -> Result<Progress> {
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        // First the queue and then the rows: whatever changes in between has been queued again.
        let jobs = store::queue::oldest(conn, limit).await?;
        let (spread, single): (Vec<IndexJob>, Vec<IndexJob>) =
            jobs.iter().partition(|job| job.kind == JobKind::ProductsOf);
        if !spread.is_empty() {
            conn.transaction(async |tx| {
                for job in &spread {
                    ops::queue_products(tx, job).await?;
                }
                Ok::<_, Error>(())
            })
            .await?;
        }
        if !single.is_empty() {
            self.index_now(conn, leadership, &single).await?;
            store::queue::settle(conn, &single).await?;
        }
        Ok(match jobs.len() {
            0 => Progress::Idle,
            BATCH => Progress::Behind,
            _ => Progress::CaughtUp,
        })
    }

    /// Writes the documents of these jobs into the index that answers and into the one that is being built.
    async fn index_now(&self, conn: &mut Conn, leadership: &Leadership, jobs: &[IndexJob]) -> Result<()> {
        let mut writes: Vec<DocumentWrite> = Vec::with_capacity(jobs.len());
        for (kind, of) in [(JobKind::Shop, Kind::Shop), (JobKind::Product, Kind::Product)] {
            let ids: Vec<Uuid> = jobs
                .iter()
                .filter(|job| job.kind == kind)
                .map(|job| job.id)
                .collect();
            if !ids.is_empty() {
                writes.append(&mut documents::writes(conn, of, &ids).await?);
            }
        }
        let writes: Arc<[DocumentWrite]> = writes.into();
        let building = leadership.rebuild.as_ref().map(RebuildRun::index_id);
        let mut rejected = Vec::new();
        for target in [leadership.active, building].into_iter().flatten() {
            rejected = documents::put(
                conn,
                self.index.as_ref(),
                &self.dictionary,
                target,
                writes.clone(),
            )
            .await?;
            self.index.commit(target).await?;
        }
        let refused: HashSet<Key> = rejected.iter().map(|rejected| rejected.key).collect();
        let kept: Vec<(Key, i64)> = writes
            .iter()
            .filter(|write| !refused.contains(&write.key))
            .map(|write| (write.key, write.version))
            .collect();
        store::rejected::clear(conn, &kept).await?;
        for document in rejected {
            tracing::error!(
                document.key = %document.key, reason = document.reason,
                "Indexer: the index cannot keep a document, it is left out"
            );
            metrics::counter!("search_rejected_total").increment(1);
            store::rejected::add(conn, document.key, document.version, &document.reason).await?;
        }
        metrics::counter!("search_indexed_total").increment(u64::try_from(writes.len()).unwrap_or(u64::MAX));
        Ok(())
    }
}
