//! One index on disk: its writer, and the state that searches read.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use tantivy::indexer::IndexWriterOptions;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TERMINATED};
use uuid::Uuid;

use super::columns::SegmentColumns;
use super::interner::Interner;
use super::schema::{Fields, RowState, columns};
use crate::domain::{Key, Kind};
use crate::index::{DocumentWrite, IndexError, IndexInfo, IndexResult, RejectedDocument};

/// Memory of the writer of the active index: the least that tantivy works with.
const ACTIVE_MEMORY: usize = 15_000_000;
/// Memory per thread of the writer of an index that is being built.
const BUILDING_MEMORY: usize = 60_000_000;
const BUILDING_THREADS: usize = 2;

/// What is noted with every commit.
#[derive(Serialize, Deserialize)]
struct Payload {
    id: Uuid,
    document_version: u32,
}

/// The state of an index that a search reads.
pub struct Snapshot {
    /// The committed documents.
    pub searcher: Searcher,
    /// The columns of its segments, in order.
    pub columns: Vec<Arc<SegmentColumns>>,
    /// The name that each value belongs to.
    pub names: Arc<Vec<u32>>,
}

/// An open index.
pub struct IndexHandle {
    /// Which one it is.
    pub info: IndexInfo,
    index: Index,
    reader: IndexReader,
    fields: Fields,
    interner: Arc<Interner>,
    snapshot: RwLock<Arc<Snapshot>>,
    writer: Mutex<WriterSlot>,
}

#[derive(Default)]
struct WriterSlot {
    writer: Option<IndexWriter>,
    /// Versions written since the last commit.
    uncommitted: HashMap<Key, i64>,
    is_building: bool,
}

impl IndexHandle {
    /// Makes an empty index.
    pub fn create(path: &Path, info: IndexInfo, interner: Arc<Interner>) -> IndexResult<Self> {
        fs::create_dir_all(path).map_err(IndexError::failed)?;
        let fields = Fields::new();
        let index = Index::create_in_dir(path, fields.schema.clone()).map_err(IndexError::failed)?;
        let handle = Self::new(index, info, fields, interner)?;
        handle.begin_building();
        // From now on the index is known by its id.
        handle.commit()?;
        Ok(handle)
    }

    /// Opens an index; `None` if it is of another schema. Reads all of it once to verify it.
    pub fn open(path: &Path, interner: Arc<Interner>) -> IndexResult<Option<Self>> {
        let fields = Fields::new();
        let index = Index::open_in_dir(path).map_err(IndexError::failed)?;
        let damaged = index.validate_checksum().map_err(IndexError::failed)?;
        if let Some(file) = damaged.iter().next() {
            return Err(IndexError::failed(format!("{} is damaged", file.display())));
        }
        if index.schema() != fields.schema {
            return Ok(None);
        }
        let meta = index.load_metas().map_err(IndexError::failed)?;
        let payload: Option<Payload> = meta.payload.and_then(|text| serde_json::from_str(&text).ok());
        let Some(payload) = payload else {
            return Ok(None);
        };
        let info = IndexInfo {
            id: payload.id,
            document_version: payload.document_version,
        };
        Self::new(index, info, fields, interner).map(Some)
    }

    fn new(index: Index, info: IndexInfo, fields: Fields, interner: Arc<Interner>) -> IndexResult<Self> {
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(IndexError::failed)?;
        let snapshot = read_snapshot(&reader, &interner, None)?;
        Ok(Self {
            info,
            index,
            reader,
            fields,
            interner,
            snapshot: RwLock::new(Arc::new(snapshot)),
            writer: Mutex::default(),
        })
    }

    /// The names of the fields.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The latest committed state.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// From now on its writer may use more memory, until it answers searches.
    pub fn begin_building(&self) {
        self.writer().is_building = true;
    }

    /// From now on its writer works with little memory.
    pub fn finish_building(&self) {
        let mut slot = self.writer();
        slot.is_building = false;
        slot.writer = None;
    }

    /// Writes documents; an older version than the one that is there changes nothing.
    pub fn write(&self, writes: &[DocumentWrite]) -> IndexResult<Vec<RejectedDocument>> {
        let snapshot = self.snapshot();
        let mut slot = self.writer();
        let writer = self.take_writer(&mut slot)?;
        let mut rejected = Vec::new();
        for write in writes {
            let known = slot.uncommitted.get(&write.key).copied();
            let known = match known {
                Some(version) => Some(version),
                None => self.committed_version(&snapshot.searcher, write.key)?,
            };
            if known.is_some_and(|known| known > write.version) {
                continue;
            }
            match self.fields.row(write) {
                Ok(row) => {
                    if known.is_some() {
                        writer.delete_term(self.fields.key_term(write.key));
                    }
                    writer.add_document(row).map_err(IndexError::failed)?;
                    slot.uncommitted.insert(write.key, write.version);
                }
                Err(error) => rejected.push(RejectedDocument {
                    key: write.key,
                    version: write.version,
                    reason: error.to_string(),
                }),
            }
        }
        slot.writer = Some(writer);
        Ok(rejected)
    }

    /// Makes what was written durable and visible.
    pub fn commit(&self) -> IndexResult<()> {
        let mut slot = self.writer();
        let mut writer = self.take_writer(&mut slot)?;
        let payload = Payload {
            id: self.info.id,
            document_version: self.info.document_version,
        };
        let payload = serde_json::to_string(&payload).map_err(IndexError::failed)?;
        let mut commit = writer.prepare_commit().map_err(IndexError::failed)?;
        commit.set_payload(&payload);
        commit.commit().map_err(IndexError::failed)?;
        slot.writer = Some(writer);
        slot.uncommitted.clear();
        self.reader.reload().map_err(IndexError::failed)?;
        let snapshot = read_snapshot(&self.reader, &self.interner, Some(&self.snapshot()))?;
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
        Ok(())
    }

    /// The versions of all documents of a kind, by id.
    pub fn versions(&self, kind: Kind) -> IndexResult<Vec<(Uuid, i64)>> {
        let snapshot = self.snapshot();
        let mut versions = Vec::new();
        for (segment, known) in snapshot.searcher.segment_readers().iter().zip(&snapshot.columns) {
            let version = segment
                .fast_fields()
                .i64(columns::VERSION)
                .map_err(IndexError::failed)?;
            for ((row, state), id) in (0..).zip(&known.state).zip(&known.id) {
                if *state == RowState::of(kind).code() && !segment.is_deleted(row) {
                    versions.push((Uuid::from_u128(*id), version.first(row).unwrap_or_default()));
                }
            }
        }
        versions.sort_unstable();
        Ok(versions)
    }

    fn committed_version(&self, searcher: &Searcher, key: Key) -> IndexResult<Option<i64>> {
        let term = self.fields.key_term(key);
        for segment in searcher.segment_readers() {
            let index = segment
                .inverted_index(self.fields.key)
                .map_err(IndexError::failed)?;
            let postings = index
                .read_postings(&term, IndexRecordOption::Basic)
                .map_err(IndexError::failed)?;
            let Some(mut postings) = postings else { continue };
            let mut row = postings.doc();
            while row != TERMINATED {
                if !segment.is_deleted(row) {
                    let versions = segment.fast_fields().i64(columns::VERSION);
                    return Ok(versions.map_err(IndexError::failed)?.first(row));
                }
                row = postings.advance();
            }
        }
        Ok(None)
    }

    /// Whoever takes the writer puts it back when all went well: after a failure it is given up, and with it all that was
    /// not committed.
    fn take_writer(&self, slot: &mut WriterSlot) -> IndexResult<IndexWriter> {
        if let Some(writer) = slot.writer.take() {
            return Ok(writer);
        }
        slot.uncommitted.clear();
        let options = IndexWriterOptions::builder().num_merge_threads(1);
        let options = if slot.is_building {
            options
                .num_worker_threads(BUILDING_THREADS)
                .memory_budget_per_thread(BUILDING_MEMORY)
                .build()
        } else {
            options
                .num_worker_threads(1)
                .memory_budget_per_thread(ACTIVE_MEMORY)
                .build()
        };
        self.index
            .writer_with_options(options)
            .map_err(IndexError::failed)
    }

    fn writer(&self) -> MutexGuard<'_, WriterSlot> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The latest committed state; the columns of segments that were there before are kept.
fn read_snapshot(
    reader: &IndexReader,
    interner: &Interner,
    before: Option<&Snapshot>,
) -> IndexResult<Snapshot> {
    let searcher = reader.searcher();
    let mut columns = Vec::with_capacity(searcher.segment_readers().len());
    for segment in searcher.segment_readers() {
        let known = before.and_then(|before| {
            let segments = before.searcher.segment_readers().iter().zip(&before.columns);
            let mut same = segments.filter(|(other, _)| other.segment_id() == segment.segment_id());
            same.next().map(|(_, columns)| columns.clone())
        });
        columns.push(match known {
            Some(known) => known,
            None => Arc::new(SegmentColumns::read(segment, interner).map_err(IndexError::failed)?),
        });
    }
    Ok(Snapshot {
        searcher,
        columns,
        names: interner.names(),
    })
}
