//! Where documents are kept and found. One trait, so that the backend is a setting.

pub mod embedded;

use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::domain::{Card, Document, Kind, Query};

pub use embedded::EmbeddedIndex;

/// A document's place in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// What it is.
    pub kind: Kind,
    /// The shop or product.
    pub id: Uuid,
}

impl Key {
    /// The place of what a card shows.
    pub fn of(card: &Card) -> Self {
        Self {
            kind: card.kind,
            id: card.id,
        }
    }
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// What it shows.
    pub card: Card,
    /// How well it fits; only comparable within one search.
    pub score: f32,
}

/// Why the index could not do it.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The embedded index failed.
    #[error("the embedded index failed: {0}")]
    Embedded(#[from] tantivy::TantivyError),
    /// Its directory could not be read or written.
    #[error("the directory of the index cannot be used: {0}")]
    Directory(#[from] std::io::Error),
    /// What is kept of a document cannot be read.
    #[error("the index holds a document that cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The work was given up because the process stops, or it panicked.
    #[error("work on the index was broken off: {0}")]
    BrokenOff(#[from] tokio::task::JoinError),
}

impl From<IndexError> for crate::Error {
    fn from(error: IndexError) -> Self {
        Self::Index(Box::new(error))
    }
}

/// What a backend has to do. Writes are seen by searches, and survive a crash, once they are committed.
///
/// Every write may be repeated. One process writes at a time: whoever holds the indexer's lease.
pub trait SearchIndex: Send + Sync + 'static {
    /// Its name in answers.
    fn name(&self) -> &'static str;

    /// Which filling of the index this is, so that one that belongs to other tables is noticed.
    fn generation(&self) -> BoxFuture<'_, Result<Option<Uuid>, IndexError>>;

    /// Empties the index, at once and durably, and calls what will be put into it `generation`.
    fn reset(&self, generation: Uuid) -> BoxFuture<'_, Result<(), IndexError>>;

    /// Puts documents in, in place of those with the same key.
    fn upsert(&self, documents: Vec<Document>) -> BoxFuture<'_, Result<(), IndexError>>;

    /// Takes documents out; keys that are not there are passed over.
    fn delete(&self, keys: Vec<Key>) -> BoxFuture<'_, Result<(), IndexError>>;

    /// Makes what was written durable and visible.
    fn commit(&self) -> BoxFuture<'_, Result<(), IndexError>>;

    /// Finds.
    fn search(&self, query: Query) -> BoxFuture<'_, Result<Vec<Hit>, IndexError>>;
}
