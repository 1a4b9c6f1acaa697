//! Where documents are kept and found. One trait, so that the backend is a setting.

pub mod elasticsearch;
pub mod embedded;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::domain::{Card, Document, Key, Kind, ProductPage, ProductSearch, ShopSearch};

pub use elasticsearch::{ElasticsearchIndex, ElasticsearchSettings};
pub use embedded::EmbeddedIndex;

pub use crate::error::IndexError;

/// Raise it with every change of documents or of the analysis of text: an index of another version is rebuilt while it
/// answers.
pub const DOCUMENT_VERSION: u32 = 2;

/// How long a client should wait before it tries again what is not available now.
pub const RETRY_AFTER: Duration = Duration::from_secs(2);

/// A document to be put in or taken out.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentWrite {
    /// Which one.
    pub key: Key,
    /// Its version. A write of a lower version than the index has changes nothing.
    pub version: i64,
    /// What is put in; `None` takes it out.
    pub document: Option<Document>,
}

/// A document that the backend cannot keep; the others of the same call are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedDocument {
    /// Which one.
    pub key: Key,
    /// The version that was to be written.
    pub version: i64,
    /// The backend's reason.
    pub reason: String,
}

/// An index that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexInfo {
    /// Its id.
    pub id: Uuid,
    /// The [`DOCUMENT_VERSION`] of the build that made it.
    pub document_version: u32,
}

/// Which indexes exist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IndexState {
    /// The one that answers.
    pub active: Option<IndexInfo>,
    /// The one that is being built beside it.
    pub building: Option<IndexInfo>,
}

/// A result of an index.
pub type IndexResult<T> = Result<T, IndexError>;

/// What a backend has to do. Writes are seen by searches, and survive a crash, once they are committed.
///
/// Every write may be repeated. One process writes at a time, the holder of the indexer's lease; a process that has
/// lost the lease without noticing it does no harm, because lower versions are refused.
pub trait SearchIndex: Send + Sync + 'static {
    /// Its name in answers.
    fn name(&self) -> &'static str;

    /// How many searches of one process may run at a time: as many as there are cores, if they compute in it.
    fn max_concurrent_searches(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    /// Which indexes exist.
    fn state(&self) -> BoxFuture<'_, IndexResult<IndexState>>;

    /// Makes an empty index beside the active one. Another one that was being built is removed.
    fn create(&self, id: Uuid) -> BoxFuture<'_, IndexResult<()>>;

    /// Puts documents in and takes documents out; answers those that cannot be kept.
    fn write(
        &self,
        id: Uuid,
        writes: Arc<[DocumentWrite]>,
    ) -> BoxFuture<'_, IndexResult<Vec<RejectedDocument>>>;

    /// Makes what was written durable and visible.
    fn commit(&self, id: Uuid) -> BoxFuture<'_, IndexResult<()>>;

    /// From now on searches read this index, in one step; all others are removed.
    fn activate(&self, id: Uuid) -> BoxFuture<'_, IndexResult<()>>;

    /// The versions of all documents of a kind in the active index, by id.
    fn versions(&self, kind: Kind) -> BoxFuture<'_, IndexResult<Vec<(Uuid, i64)>>>;

    /// Finds products.
    fn search_products(&self, search: ProductSearch) -> BoxFuture<'_, IndexResult<ProductPage>>;

    /// Finds shops, best first.
    fn search_shops(&self, search: ShopSearch) -> BoxFuture<'_, IndexResult<Vec<Card>>>;
}
