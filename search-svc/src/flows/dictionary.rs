//! The dictionary of this process, kept in step with its table.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use souk_db::Conn;

use crate::domain::{Dictionary, Document};
use crate::{Result, store};

/// Shared by searches and the indexer. Cheap to clone.
#[derive(Clone, Default)]
pub struct SharedDictionary {
    words: Arc<RwLock<Arc<Dictionary>>>,
    /// The last seq that was read.
    read_up_to: Arc<Mutex<i64>>,
}

impl SharedDictionary {
    /// The words that are known now.
    pub fn words(&self) -> Arc<Dictionary> {
        self.words.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the words that were added since the last time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh(&self, conn: &mut Conn) -> Result<()> {
        let seq = *self.read_up_to.lock().unwrap_or_else(PoisonError::into_inner);
        let added = store::dictionary::added_after(conn, seq).await?;
        if let Some((_, last)) = added.last() {
            let last = *last;
            self.learn(added.into_iter().map(|(word, _)| word));
            *self.read_up_to.lock().unwrap_or_else(PoisonError::into_inner) = last;
        }
        Ok(())
    }

    /// Adds the words of documents, durably, before the documents are committed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add(&self, conn: &mut Conn, documents: &[&Document]) -> Result<()> {
        let known = self.words();
        // Documents repeat their words: each is looked up once.
        let words: HashSet<&str> = documents
            .iter()
            .flat_map(|document| document.dictionary_words())
            .collect();
        let new: BTreeSet<&str> = words.into_iter().filter(|word| !known.contains(word)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let new: Vec<String> = new.into_iter().map(str::to_owned).collect();
        store::dictionary::add(conn, &new).await?;
        self.learn(new);
        Ok(())
    }

    fn learn(&self, words: impl IntoIterator<Item = String>) {
        let more = self.words().with(words);
        *self.words.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(more);
    }
}
