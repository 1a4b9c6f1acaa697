//! The embedded backend: tantivy in a directory of its own, for one process.

mod find;
mod open;
mod schema;
mod words;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tantivy::indexer::IndexWriterOptions;
use tantivy::{Index, IndexReader, IndexWriter};
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use self::schema::Fields;
use super::{Hit, IndexError, Key, SearchIndex};
use crate::domain::{Document, Query};

/// The least that tantivy works with; a larger one only makes bulk loads faster.
const WRITER_MEMORY: usize = 15_000_000;

/// A search index in a directory. Cheap to clone.
#[derive(Clone)]
pub struct EmbeddedIndex {
    inner: Arc<Inner>,
}

struct Inner {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    generation: Mutex<Option<Uuid>>,
    /// Opened by the first write, because it locks the directory.
    writer: Mutex<Option<IndexWriter>>,
}

impl EmbeddedIndex {
    /// Opens the index in a directory. One that is missing, damaged or of another schema is made anew, empty and
    /// without a generation.
    ///
    /// Blocks, as it reads all of the index once to verify it.
    ///
    /// # Errors
    /// When the directory cannot be used.
    pub fn open(directory: &Path) -> Result<Self, IndexError> {
        let fields = Fields::new();
        let (index, reader) = open::open(directory, &fields.schema)?;
        let generation = index
            .load_metas()?
            .payload
            .and_then(|payload| payload.parse().ok());
        let inner = Inner {
            index,
            reader,
            fields,
            generation: Mutex::new(generation),
            writer: Mutex::new(None),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Tantivy reads and writes files and computes: nothing for a thread that serves requests. Work whose request is dropped
    /// while it waits for a thread is not begun.
    fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, IndexError> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, IndexError>> {
        let inner = self.inner.clone();
        async move { AbortOnDropHandle::new(tokio::task::spawn_blocking(move || work(&inner))).await? }
            .boxed()
    }
}

impl Inner {
    /// Runs `work` with the writer; after a failure the writer is given up with all that was not committed.
    fn write<T>(
        &self,
        work: impl FnOnce(&mut IndexWriter) -> Result<T, IndexError>,
    ) -> Result<T, IndexError> {
        let mut slot = held(&self.writer);
        let mut writer = match slot.take() {
            Some(writer) => writer,
            None => self.open_writer()?,
        };
        let answer = work(&mut writer)?;
        *slot = Some(writer);
        Ok(answer)
    }

    fn open_writer(&self) -> Result<IndexWriter, IndexError> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(WRITER_MEMORY)
            .build();
        Ok(self.index.writer_with_options(options)?)
    }

    fn commit(&self, writer: &mut IndexWriter) -> Result<(), IndexError> {
        let generation = *held(&self.generation);
        let mut commit = writer.prepare_commit()?;
        if let Some(generation) = generation {
            commit.set_payload(&generation.to_string());
        }
        commit.commit()?;
        self.reader.reload()?;
        Ok(())
    }
}

impl SearchIndex for EmbeddedIndex {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn generation(&self) -> BoxFuture<'_, Result<Option<Uuid>, IndexError>> {
        let generation = *held(&self.inner.generation);
        async move { Ok(generation) }.boxed()
    }

    fn reset(&self, generation: Uuid) -> BoxFuture<'_, Result<(), IndexError>> {
        self.blocking(move |inner| {
            inner.write(|writer| {
                writer.delete_all_documents()?;
                *held(&inner.generation) = Some(generation);
                inner.commit(writer)
            })
        })
    }

    fn upsert(&self, documents: Vec<Document>) -> BoxFuture<'_, Result<(), IndexError>> {
        self.blocking(move |inner| {
            inner.write(|writer| {
                for document in &documents {
                    let key = Key {
                        kind: document.card.kind,
                        id: document.card.id,
                    };
                    writer.delete_term(inner.fields.key_term(key));
                    writer.add_document(inner.fields.row(document)?)?;
                }
                Ok(())
            })
        })
    }

    fn delete(&self, keys: Vec<Key>) -> BoxFuture<'_, Result<(), IndexError>> {
        self.blocking(move |inner| {
            inner.write(|writer| {
                for key in keys {
                    writer.delete_term(inner.fields.key_term(key));
                }
                Ok(())
            })
        })
    }

    fn commit(&self) -> BoxFuture<'_, Result<(), IndexError>> {
        self.blocking(|inner| inner.write(|writer| inner.commit(writer)))
    }

    fn search(&self, query: Query) -> BoxFuture<'_, Result<Vec<Hit>, IndexError>> {
        self.blocking(move |inner| find::find(&inner.reader.searcher(), &inner.fields, &query))
    }
}

/// What a lock guards here is replaced whole, so it is right even after a panic.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
