//! The embedded backend: tantivy in a directory of its own, for one process.
//!
//! tantivy keeps documents, postings and columns; filters, facets and scores are computed here, in one pass over the
//! rows that fit the words.

mod columns;
mod counts;
mod directory;
mod evaluate;
mod handle;
mod interner;
mod plan;
mod schema;
mod scores;
mod snapshots;
mod summaries;
mod top;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tantivy::schema::Value;
use tantivy::{DocAddress, Searcher, TantivyDocument};
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use self::directory::LockedDirectory;
use self::evaluate::Evaluation;
use self::handle::{IndexHandle, Snapshot};
use self::interner::Interner;
use self::plan::Plan;
use self::schema::{Fields, RowState};
use self::snapshots::Snapshots;
use self::top::{Rank, TopHits};
use super::{
    DOCUMENT_VERSION, DocumentWrite, IndexError, IndexInfo, IndexResult, IndexState, RejectedDocument,
    SearchIndex,
};
use crate::domain::{Card, Kind, ProductMatch, ProductPage, ProductSearch, ShopSearch, SnapshotUse};

/// The lock of the directory is tried again this often.
const LOCK_POLL: Duration = Duration::from_millis(100);

/// All indexes of a directory. Cheap to clone.
#[derive(Clone)]
pub struct EmbeddedIndex {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    opened: OnceLock<Opened>,
}

struct Opened {
    directory: LockedDirectory,
    interner: Arc<Interner>,
    indexes: RwLock<Indexes>,
    snapshots: Snapshots,
}

#[derive(Default, Clone)]
struct Indexes {
    active: Option<Arc<IndexHandle>>,
    building: Option<Arc<IndexHandle>>,
}

impl EmbeddedIndex {
    /// Opens a directory in the background, as soon as no other process has it; until then everything is
    /// [`IndexError::Unavailable`].
    ///
    /// # Errors
    /// When the directory cannot be used.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        directory::prepare(path)?;
        let shared = Arc::new(Shared {
            path: path.to_owned(),
            opened: OnceLock::new(),
        });
        let opening = Arc::downgrade(&shared);
        std::thread::Builder::new()
            .name("search-index-lock".into())
            .spawn(move || open_when_free(&opening))?;
        Ok(Self { shared })
    }

    /// Whether this process has the directory.
    pub fn is_open(&self) -> bool {
        self.shared.opened.get().is_some()
    }

    /// tantivy reads and writes files and computes: nothing for a thread that serves requests. Work whose request is
    /// dropped while it waits for a thread is not begun.
    fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Opened) -> IndexResult<T> + Send + 'static,
    ) -> BoxFuture<'_, IndexResult<T>> {
        let shared = self.shared.clone();
        async move {
            let work = tokio::task::spawn_blocking(move || work(shared.opened()?));
            AbortOnDropHandle::new(work).await.map_err(IndexError::failed)?
        }
        .boxed()
    }
}

impl Shared {
    fn opened(&self) -> IndexResult<&Opened> {
        let waiting = || IndexError::Unavailable("another process has its directory".into());
        self.opened.get().ok_or_else(waiting)
    }
}

fn open_when_free(shared: &Weak<Shared>) {
    let mut is_first = true;
    while let Some(shared) = shared.upgrade() {
        match LockedDirectory::try_lock(&shared.path).map(|locked| locked.map(Opened::new)) {
            Ok(Some(Ok(opened))) => {
                let _ = shared.opened.set(opened);
                return;
            }
            Ok(None) if is_first => {
                tracing::info!("Embedded index: another process has the directory, waiting for it");
            }
            Ok(None) => {}
            Ok(Some(Err(error))) => {
                tracing::error!(error = %error, "Embedded index: the directory cannot be opened, retrying");
            }
            Err(error) => {
                tracing::error!(error = %error, "Embedded index: the directory cannot be locked, retrying");
            }
        }
        is_first = false;
        drop(shared);
        std::thread::sleep(LOCK_POLL);
    }
}

impl Opened {
    /// Opens what is there; what is damaged or of another schema is removed, to be built again.
    fn new(directory: LockedDirectory) -> IndexResult<Self> {
        let interner = Arc::new(Interner::default());
        let mut indexes = Indexes::default();
        let active = directory.active();
        directory.remove_unknown().map_err(IndexError::failed)?;
        for id in directory.indexes().map_err(IndexError::failed)? {
            let opened = IndexHandle::open(&directory.of(id), interner.clone());
            match opened {
                Ok(Some(index)) if Some(id) == active => indexes.active = Some(Arc::new(index)),
                Ok(Some(index)) if indexes.building.is_none() => {
                    index.begin_building();
                    indexes.building = Some(Arc::new(index));
                }
                Ok(_) => directory.remove(id).map_err(IndexError::failed)?,
                Err(error) => {
                    tracing::warn!(error = %error, index.id = %id, "Embedded index: damaged, removed to be built again");
                    directory.remove(id).map_err(IndexError::failed)?;
                }
            }
        }
        Ok(Self {
            directory,
            interner,
            indexes: RwLock::new(indexes),
            snapshots: Snapshots::default(),
        })
    }

    fn indexes(&self) -> Indexes {
        self.indexes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set_indexes(&self, indexes: Indexes) {
        *self.indexes.write().unwrap_or_else(PoisonError::into_inner) = indexes;
    }

    fn find(&self, id: Uuid) -> IndexResult<Arc<IndexHandle>> {
        let indexes = self.indexes();
        [indexes.active, indexes.building]
            .into_iter()
            .flatten()
            .find(|index| index.info.id == id)
            .ok_or(IndexError::NoSuchIndex(id))
    }

    fn active(&self) -> IndexResult<Arc<IndexHandle>> {
        self.indexes().active.ok_or(IndexError::NotBuilt)
    }

    fn create(&self, id: Uuid) -> IndexResult<()> {
        let Indexes { active, building } = self.indexes();
        self.set_indexes(Indexes {
            active,
            building: None,
        });
        if let Some(old) = building {
            self.directory.remove(old.info.id).map_err(IndexError::failed)?;
        }
        let info = IndexInfo {
            id,
            document_version: DOCUMENT_VERSION,
        };
        let index = IndexHandle::create(&self.directory.of(id), info, self.interner.clone())?;
        let active = self.indexes().active;
        self.set_indexes(Indexes {
            active,
            building: Some(Arc::new(index)),
        });
        Ok(())
    }

    fn activate(&self, id: Uuid) -> IndexResult<()> {
        let next = self.find(id)?;
        next.finish_building();
        self.directory.set_active(id).map_err(IndexError::failed)?;
        let before = self.indexes();
        self.set_indexes(Indexes {
            active: Some(next),
            building: None,
        });
        for old in [before.active, before.building].into_iter().flatten() {
            if old.info.id != id {
                // Searches that still read it keep its files open.
                self.directory.remove(old.info.id).map_err(IndexError::failed)?;
            }
        }
        Ok(())
    }

    fn search_products(&self, search: &ProductSearch) -> IndexResult<ProductPage> {
        self.snapshots.expire();
        let (index, snapshot, kept) = match &search.snapshot {
            SnapshotUse::Continue(id) => {
                let (index, snapshot) = self.snapshots.find(id).ok_or(IndexError::SnapshotExpired)?;
                (index, snapshot, Some(id.clone()))
            }
            SnapshotUse::Latest => {
                let index = self.active()?;
                let snapshot = index.snapshot();
                (index, snapshot, None)
            }
            SnapshotUse::Open => {
                let index = self.active()?;
                let (id, snapshot) = self.snapshots.keep(&index, &index.snapshot());
                (index, snapshot, Some(id.to_string()))
            }
        };
        let mut page = find_products(&snapshot, index.fields(), &self.interner, search)?;
        page.snapshot = kept;
        Ok(page)
    }

    fn search_shops(&self, search: &ShopSearch) -> IndexResult<Vec<Card>> {
        let index = self.active()?;
        let snapshot = index.snapshot();
        let mut top = TopHits::new(search.limit, None);
        for ((ordinal, segment), columns) in (0..)
            .zip(snapshot.searcher.segment_readers())
            .zip(&snapshot.columns)
        {
            let scored = scores::score(segment, index.fields(), &search.text).map_err(IndexError::failed)?;
            for row in scored.rows.iter() {
                let doc = u32::try_from(row).unwrap_or(u32::MAX);
                let (Some(state), Some(id)) = (columns.state.get(row), columns.id.get(row)) else {
                    continue;
                };
                let is_shown = *state == RowState::Shop.code()
                    && !segment.is_deleted(doc)
                    && !search.hidden_shops.contains(&Uuid::from_u128(*id));
                if is_shown {
                    let weight = scored.scores.get(row).copied().unwrap_or_default();
                    let rank = columns.rank.get(row).copied().unwrap_or(1.0);
                    top.offer(Rank::of_score(weight * rank, *id), DocAddress::new(ordinal, doc));
                }
            }
        }
        let found = top.into_sorted();
        let cards = found
            .into_iter()
            .map(|(_, address)| card(&snapshot.searcher, index.fields(), address));
        cards.collect()
    }
}

fn find_products(
    snapshot: &Snapshot,
    fields: &Fields,
    interner: &Interner,
    search: &ProductSearch,
) -> IndexResult<ProductPage> {
    let plan = Plan::new(search, interner, snapshot.names.clone());
    let after = search.after.map(|position| Rank::of(position, search.sort));
    let mut evaluation = Evaluation::new(&plan, TopHits::new(search.limit + 1, after));
    for ((ordinal, segment), columns) in (0..)
        .zip(snapshot.searcher.segment_readers())
        .zip(&snapshot.columns)
    {
        evaluation
            .segment(ordinal, segment, columns, fields, search.text.as_deref())
            .map_err(IndexError::failed)?;
    }
    let Evaluation {
        counts, top, total, ..
    } = evaluation;
    let mut found = top.into_sorted();
    let has_more = found.len() > search.limit;
    found.truncate(search.limit);
    let hits = found.into_iter().map(|(rank, address)| {
        Ok(ProductMatch {
            card: card(&snapshot.searcher, fields, address)?,
            position: rank.position(search.sort),
        })
    });
    Ok(ProductPage {
        hits: hits.collect::<IndexResult<_>>()?,
        has_more,
        total,
        facets: counts.into_facets(interner, &search.filters),
        snapshot: None,
    })
}

fn card(searcher: &Searcher, fields: &Fields, address: DocAddress) -> IndexResult<Card> {
    let row: TantivyDocument = searcher.doc(address).map_err(IndexError::failed)?;
    let card = row.get_first(fields.card).and_then(|value| value.as_str());
    serde_json::from_str(card.unwrap_or_default()).map_err(IndexError::failed)
}

impl SearchIndex for EmbeddedIndex {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn state(&self) -> BoxFuture<'_, IndexResult<IndexState>> {
        self.blocking(|opened| {
            let indexes = opened.indexes();
            Ok(IndexState {
                active: indexes.active.map(|index| index.info),
                building: indexes.building.map(|index| index.info),
            })
        })
    }

    fn create(&self, id: Uuid) -> BoxFuture<'_, IndexResult<()>> {
        self.blocking(move |opened| opened.create(id))
    }

    fn write(
        &self,
        id: Uuid,
        writes: Arc<[DocumentWrite]>,
    ) -> BoxFuture<'_, IndexResult<Vec<RejectedDocument>>> {
        self.blocking(move |opened| opened.find(id)?.write(&writes))
    }

    fn commit(&self, id: Uuid) -> BoxFuture<'_, IndexResult<()>> {
        self.blocking(move |opened| opened.find(id)?.commit())
    }

    fn activate(&self, id: Uuid) -> BoxFuture<'_, IndexResult<()>> {
        self.blocking(move |opened| opened.activate(id))
    }

    fn versions(&self, kind: Kind) -> BoxFuture<'_, IndexResult<Vec<(Uuid, i64)>>> {
        self.blocking(move |opened| opened.active()?.versions(kind))
    }

    fn search_products(&self, search: ProductSearch) -> BoxFuture<'_, IndexResult<ProductPage>> {
        self.blocking(move |opened| opened.search_products(&search))
    }

    fn search_shops(&self, search: ShopSearch) -> BoxFuture<'_, IndexResult<Vec<Card>>> {
        self.blocking(move |opened| opened.search_shops(&search))
    }
}
