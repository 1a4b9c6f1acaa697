//! Builds a new index beside the one that answers, and switches to it.
//!
//! The work is done in slices, between which the leader goes on with the queue; what is queued meanwhile goes into both
//! indexes. Progress is saved with each commit of the new index, so that another process can go on.

use chrono::Utc;
use diesel_async::AsyncConnection;
use souk_db::Conn;
use uuid::Uuid;

use super::stall::{JobProgress, Stall};
use super::{Indexer, documents};
use crate::domain::{JobStatus, Kind, MaintenanceJob, Source};
use crate::index::IndexState;
use crate::{Result, store};

/// Documents of one slice: small enough that changes are not delayed.
const SLICE: i64 = 2_500;
/// Documents of one commit.
const COMMIT_EVERY: i64 = 25_000;

/// A rebuild at work.
pub struct RebuildRun {
    /// As it was saved last.
    pub(super) job: MaintenanceJob,
    pub(super) stall: Stall,
    phase: Phase,
    after: Option<Uuid>,
    done: i64,
    index_id: Uuid,
}

/// The steps of a rebuild.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    FetchShops,
    FetchProducts,
    Shops,
    Products,
    Switch,
}

impl Phase {
    const fn as_str(self) -> &'static str {
        match self {
            Self::FetchShops => "fetch_shops",
            Self::FetchProducts => "fetch_products",
            Self::Shops => "shops",
            Self::Products => "products",
            Self::Switch => "switch",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let fetch = [Self::FetchShops, Self::FetchProducts];
        let all = [Self::Shops, Self::Products, Self::Switch];
        fetch.into_iter().chain(all).find(|phase| phase.as_str() == name)
    }
}

impl RebuildRun {
    /// Begins a job: makes the new index.
    pub async fn begin(indexer: &Indexer, conn: &mut Conn, mut job: MaintenanceJob) -> Result<Self> {
        let index_id = Uuid::now_v7();
        indexer.index.create(index_id).await?;
        job.status = JobStatus::Running;
        job.started_at = job.started_at.or(Some(Utc::now()));
        job.index_id = Some(index_id);
        let rows = store::shops::count(conn).await? + store::products::count(conn).await?;
        let (phase, total) = match job.source {
            Source::Own => (Phase::Shops, rows),
            // Everything is read twice: from the services and from the rows.
            Source::Services => (Phase::FetchShops, 2 * rows),
        };
        job.total = total;
        let mut run = Self {
            job,
            stall: Stall::default(),
            phase,
            after: None,
            done: 0,
            index_id,
        };
        run.save(conn).await?;
        Ok(run)
    }

    /// Goes on with a job where another process stopped, or begins it again if its index is gone.
    pub async fn resume(
        indexer: &Indexer,
        conn: &mut Conn,
        job: MaintenanceJob,
        state: &IndexState,
    ) -> Result<Self> {
        let exists = |id: &Uuid| {
            [state.active, state.building]
                .into_iter()
                .flatten()
                .any(|index| index.id == *id)
        };
        match (job.index_id.filter(exists), Phase::from_name(&job.phase)) {
            (Some(index_id), Some(phase)) => Ok(Self {
                phase,
                after: job.after,
                done: job.done,
                index_id,
                stall: Stall::default(),
                job,
            }),
            _ => Self::begin(indexer, conn, job).await,
        }
    }

    /// The index that is being built.
    pub fn index_id(&self) -> Uuid {
        self.index_id
    }

    /// Does one slice; the job is finished when the new index answers.
    pub async fn advance(&mut self, indexer: &Indexer, conn: &mut Conn) -> Result<JobProgress> {
        match self.phase {
            Phase::FetchShops => {
                self.fetch(indexer, conn, Kind::Shop, Phase::FetchProducts)
                    .await?
            }
            Phase::FetchProducts => self.fetch(indexer, conn, Kind::Product, Phase::Shops).await?,
            Phase::Shops => self.copy(indexer, conn, Kind::Shop, Phase::Products).await?,
            Phase::Products => self.copy(indexer, conn, Kind::Product, Phase::Switch).await?,
            Phase::Switch => {
                self.switch(indexer, conn).await?;
                return Ok(JobProgress::Finished);
            }
        }
        Ok(JobProgress::GoesOn)
    }

    /// Brings the next rows up to date with the service that owns them.
    async fn fetch(&mut self, indexer: &Indexer, conn: &mut Conn, kind: Kind, next: Phase) -> Result<()> {
        let page = indexer.sources.page(conn, kind, self.after).await?;
        self.stall.end();
        page.save(conn).await?;
        self.done += i64::try_from(page.len()).unwrap_or_default();
        self.after = page.next;
        if page.next.is_none() {
            self.phase = next;
        }
        self.save(conn).await
    }

    async fn copy(&mut self, indexer: &Indexer, conn: &mut Conn, kind: Kind, next: Phase) -> Result<()> {
        let ids = match kind {
            Kind::Shop => store::shops::ids_after(conn, self.after, SLICE).await?,
            Kind::Product => store::products::ids_after(conn, self.after, SLICE).await?,
        };
        let Some(last) = ids.last().copied() else {
            indexer.index.commit(self.index_id).await?;
            self.phase = next;
            self.after = None;
            return self.save(conn).await;
        };
        let mut writes = documents::writes(conn, kind, &ids).await?;
        // The index is new: what should not be in it is not there.
        writes.retain(|write| write.document.is_some());
        let index = indexer.index.as_ref();
        let rejected = documents::put(conn, index, &indexer.dictionary, self.index_id, writes.into()).await?;
        for document in rejected {
            store::rejected::add(conn, document.key, document.version, &document.reason).await?;
        }
        self.after = Some(last);
        self.done += i64::try_from(ids.len()).unwrap_or_default();
        if self.done - self.job.done >= COMMIT_EVERY {
            indexer.index.commit(self.index_id).await?;
            self.save(conn).await?;
        }
        Ok(())
    }

    /// The new index answers from now on. A crash between any two of these steps repeats the rest.
    async fn switch(&mut self, indexer: &Indexer, conn: &mut Conn) -> Result<()> {
        let index_id = self.index_id;
        conn.transaction(async |tx| store::generation::write(tx, index_id).await)
            .await?;
        indexer.index.activate(index_id).await?;
        self.job.status = JobStatus::Done;
        self.job.total = self.done;
        self.job.finished_at = Some(Utc::now());
        self.save(conn).await?;
        tracing::info!(
            index.id = %index_id, documents = self.done,
            "Indexer: the new index is complete and answers"
        );
        Ok(())
    }

    async fn save(&mut self, conn: &mut Conn) -> Result<()> {
        self.job.phase = self.phase.as_str().to_owned();
        self.job.after = self.after;
        self.job.done = self.done;
        self.job.total = self.job.total.max(self.done);
        store::jobs::save(conn, &self.job).await
    }
}
