//! Compares the index with its source.
//!
//! Rows change while they are compared. A difference counts only if it is still there in a second reading of the index
//! and nothing waits in the queue for it.

use std::collections::{BTreeMap, HashSet};

use chrono::Utc;
use serde::Serialize;
use souk_db::Conn;
use uuid::Uuid;

use super::Indexer;
use super::sources::{self, SourceDifference};
use super::stall::{JobProgress, Stall};
use crate::domain::{JobKind, JobStatus, Key, Kind, MaintenanceJob, Source};
use crate::{Result, store};

/// Rows of one slice.
const SLICE: i64 = 10_000;
/// Differences of one sort that are listed.
const MAX_LISTED: usize = 1_000;

/// A comparison at work.
pub struct DriftRun {
    pub(super) job: MaintenanceJob,
    pub(super) stall: Stall,
    /// What is still to be compared with the services, and from which id on.
    sources: Vec<(Kind, Option<Uuid>)>,
    /// What is still to be compared with the index.
    kinds: Vec<Kind>,
    comparing: Option<Comparison>,
    /// Differences of the first reading, with the version that the index should have.
    suspects: BTreeMap<Key, i64>,
    /// Differences between services and rows: the version that the rows should have, `None` for what should be gone.
    source_suspects: BTreeMap<Key, Option<i64>>,
    findings: DriftFindings,
}

/// The rows of a kind beside a reading of the index.
struct Comparison {
    kind: Kind,
    /// What of the index has not been met among the rows.
    unmet: BTreeMap<Uuid, i64>,
    after: Option<Uuid>,
}

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DriftFindings {
    /// Should be in the index and is not.
    missing: DriftList,
    /// Is in the index and should not be.
    left_over: DriftList,
    /// Is in the index in an older version.
    outdated: DriftList,
}

/// The first differences of one sort, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct DriftList {
    count: usize,
    items: Vec<Key>,
}

impl DriftList {
    fn add(&mut self, key: Key) {
        self.count += 1;
        if self.items.len() < MAX_LISTED {
            self.items.push(key);
        }
    }
}

impl DriftRun {
    /// Begins a job, or begins it again after a crash.
    pub async fn begin(_: &Indexer, conn: &mut Conn, mut job: MaintenanceJob) -> Result<Self> {
        job.status = JobStatus::Running;
        job.started_at = job.started_at.or(Some(Utc::now()));
        job.done = 0;
        job.total = store::shops::count(conn).await? + store::products::count(conn).await?;
        store::jobs::save(conn, &job).await?;
        let kinds = [Kind::Product, Kind::Shop];
        let sources = kinds.into_iter().filter(|_| job.source == Source::Services);
        Ok(Self {
            sources: sources.map(|kind| (kind, None)).collect(),
            source_suspects: BTreeMap::new(),
            stall: Stall::default(),
            job,
            kinds: kinds.to_vec(),
            comparing: None,
            suspects: BTreeMap::new(),
            findings: DriftFindings::default(),
        })
    }

    /// Does one slice; the job is finished when the result is saved.
    pub async fn advance(&mut self, indexer: &Indexer, conn: &mut Conn) -> Result<JobProgress> {
        if let Some((kind, after)) = self.sources.last().copied() {
            let page = indexer.sources.page(conn, kind, after).await?;
            self.stall.end();
            for difference in page.differences(conn).await? {
                match difference {
                    SourceDifference::Behind(key, version) => self.source_suspects.insert(key, Some(version)),
                    SourceDifference::LeftOver(key) => self.source_suspects.insert(key, None),
                };
            }
            self.sources.pop();
            self.sources.extend(page.next.map(|next| (kind, Some(next))));
            return Ok(JobProgress::GoesOn);
        }
        match self.comparing.take() {
            Some(comparison) => {
                self.comparing = self.compare(conn, comparison).await?;
                store::jobs::save(conn, &self.job).await?;
            }
            None => match self.kinds.pop() {
                Some(kind) => {
                    let versions = indexer.index.versions(kind).await?;
                    self.comparing = Some(Comparison {
                        kind,
                        unmet: versions.into_iter().collect(),
                        after: None,
                    });
                }
                None => {
                    self.confirm(indexer, conn).await?;
                    self.job.status = JobStatus::Done;
                    self.job.finished_at = Some(Utc::now());
                    self.job.result = Some(serde_json::to_value(&self.findings)?);
                    store::jobs::save(conn, &self.job).await?;
                    return Ok(JobProgress::Finished);
                }
            },
        }
        Ok(JobProgress::GoesOn)
    }

    /// Compares the next rows; `None` after the last.
    async fn compare(&mut self, conn: &mut Conn, mut comparison: Comparison) -> Result<Option<Comparison>> {
        let Comparison { kind, unmet, after } = &mut comparison;
        let ids = match kind {
            Kind::Shop => store::shops::ids_after(conn, *after, SLICE).await?,
            Kind::Product => store::products::ids_after(conn, *after, SLICE).await?,
        };
        let key = |id| Key { kind: *kind, id };
        let Some(last) = ids.last().copied() else {
            self.suspects.extend(unmet.keys().map(|id| (key(*id), i64::MIN)));
            return Ok(None);
        };
        for (id, version) in document_versions(conn, *kind, &ids).await? {
            if unmet.remove(&id).is_none_or(|indexed| indexed < version) {
                self.suspects.insert(key(id), version);
            }
        }
        *after = Some(last);
        self.job.done += i64::try_from(ids.len()).unwrap_or_default();
        Ok(Some(comparison))
    }

    /// Looks at the differences again, now that the leader has gone on with the queue.
    async fn confirm(&mut self, indexer: &Indexer, conn: &mut Conn) -> Result<()> {
        for kind in Kind::ALL {
            self.confirm_sources(conn, kind).await?;
            let suspects: Vec<(Uuid, i64)> = self
                .suspects
                .iter()
                .filter(|(key, _)| key.kind == kind)
                .map(|(key, version)| (key.id, *version))
                .collect();
            if suspects.is_empty() {
                continue;
            }
            let ids: Vec<Uuid> = suspects.iter().map(|(id, _)| *id).collect();
            let indexed: BTreeMap<Uuid, i64> = indexer.index.versions(kind).await?.into_iter().collect();
            let rows: BTreeMap<Uuid, i64> = document_versions(conn, kind, &ids).await?.into_iter().collect();
            let job_kind = match kind {
                Kind::Shop => JobKind::Shop,
                Kind::Product => JobKind::Product,
            };
            let waiting: HashSet<Uuid> = store::queue::waiting(conn, job_kind, &ids)
                .await?
                .into_iter()
                .collect();
            for (id, version) in suspects {
                let key = Key { kind, id };
                if self.source_suspects.contains_key(&key) {
                    continue;
                }
                match (rows.get(&id), indexed.get(&id)) {
                    _ if waiting.contains(&id) => {}
                    (Some(_), None) => self.findings.missing.add(key),
                    (None, Some(_)) => self.findings.left_over.add(key),
                    (Some(_), Some(indexed)) if *indexed < version => self.findings.outdated.add(key),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

impl DriftRun {
    /// Looks at the differences from the services again: their events may have come meanwhile.
    async fn confirm_sources(&mut self, conn: &mut Conn, kind: Kind) -> Result<()> {
        let of_kind = self.source_suspects.iter().filter(|(key, _)| key.kind == kind);
        let suspects: Vec<(Key, Option<i64>)> = of_kind.map(|(key, version)| (*key, *version)).collect();
        let ids: Vec<Uuid> = suspects.iter().map(|(key, _)| key.id).collect();
        let rows: BTreeMap<Uuid, i64> = sources::versions(conn, kind, &ids).await?.into_iter().collect();
        let alive: HashSet<Uuid> = sources::alive(conn, kind, &ids).await?.into_iter().collect();
        for (key, expected) in suspects {
            let row = rows.get(&key.id).copied();
            match (expected, row) {
                (Some(_), None) => self.findings.missing.add(key),
                (Some(expected), Some(row)) if row < expected => self.findings.outdated.add(key),
                (None, Some(_)) if alive.contains(&key.id) => self.findings.left_over.add(key),
                _ => {
                    self.source_suspects.remove(&key);
                }
            }
        }
        Ok(())
    }
}

async fn document_versions(conn: &mut Conn, kind: Kind, ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    match kind {
        Kind::Shop => store::shops::document_versions(conn, ids).await,
        Kind::Product => store::products::document_versions(conn, ids).await,
    }
}
