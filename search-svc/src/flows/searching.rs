//! Searches: off the threads that serve requests, and never more at a time than the machine can work on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{SharedDictionary, ShopVisibility, blocking};
use crate::Result;
use crate::domain::{Card, ProductPage, ProductSearch, ShopSearch, TextQuery};
use crate::index::{IndexError, SearchIndex};

/// Searches that may wait for each one that runs; more are refused.
const WAITING_PER_PERMIT: usize = 64;

/// Searches the index for requests. Cheap to clone.
#[derive(Clone)]
pub struct Searcher {
    /// The index.
    pub index: Arc<dyn SearchIndex>,
    /// The words that it has.
    pub dictionary: SharedDictionary,
    /// The shops that may not be seen.
    pub visibility: ShopVisibility,
    gate: Arc<Gate>,
}

struct Gate {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    max_waiting: usize,
}

/// Counts a search as waiting for as long as it lives.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize, limit: usize) -> Result<Self, IndexError> {
        let waiting = Self(count);
        if count.fetch_add(1, Ordering::Relaxed) >= limit {
            return Err(IndexError::Busy);
        }
        Ok(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Searcher {
    /// Searches `index`.
    pub fn new(
        index: Arc<dyn SearchIndex>,
        dictionary: SharedDictionary,
        visibility: ShopVisibility,
    ) -> Self {
        let permits = index.max_concurrent_searches();
        Self {
            index,
            dictionary,
            visibility,
            gate: Arc::new(Gate {
                permits: Arc::new(Semaphore::new(permits)),
                waiting: AtomicUsize::new(0),
                max_waiting: permits * WAITING_PER_PERMIT,
            }),
        }
    }

    /// Finds products; `show` turns them into the answer, off the request's thread as well.
    ///
    /// # Errors
    /// When the index cannot answer now.
    pub async fn products<T: Send + 'static>(
        &self,
        text: Option<String>,
        mut search: ProductSearch,
        show: impl FnOnce(ProductPage, &ProductSearch) -> T + Send + 'static,
    ) -> Result<T> {
        let permit = self.gate.enter().await?;
        let searcher = self.clone();
        let work = async move {
            let _permit = permit;
            search.hidden_shops = searcher.hidden()?;
            search.text = match text {
                Some(text) => Some(searcher.parse(text).await?),
                None => None,
            };
            let page = searcher.index.search_products(search.clone()).await?;
            blocking(move || show(page, &search)).await
        };
        to_the_end(work).await
    }

    /// Finds shops and products by words.
    ///
    /// # Errors
    /// When the index cannot answer now.
    pub async fn everything<T: Send + 'static>(
        &self,
        text: String,
        limit: usize,
        show: impl FnOnce(Vec<Card>, ProductPage, &TextQuery) -> T + Send + 'static,
    ) -> Result<T> {
        let permit = self.gate.enter().await?;
        let searcher = self.clone();
        let work = async move {
            let _permit = permit;
            let text = searcher.parse(text).await?;
            let hidden_shops = searcher.hidden()?;
            let shops = ShopSearch {
                text: text.clone(),
                hidden_shops: hidden_shops.clone(),
                limit,
            };
            let products = ProductSearch {
                text: Some(text.clone()),
                hidden_shops,
                limit,
                hits_only: true,
                ..ProductSearch::default()
            };
            let shops = searcher.index.search_shops(shops).await?;
            let products = searcher.index.search_products(products).await?;
            blocking(move || show(shops, products, &text)).await
        };
        to_the_end(work).await
    }

    /// Whether searches can be answered now.
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self) -> Result<(), IndexError> {
        self.hidden()?;
        let state = self.index.state().await?;
        state.active.map(drop).ok_or(IndexError::NotBuilt)
    }

    fn hidden(&self) -> Result<Arc<std::collections::HashSet<uuid::Uuid>>, IndexError> {
        self.visibility.hidden().ok_or(IndexError::NotBuilt)
    }

    async fn parse(&self, text: String) -> Result<Arc<TextQuery>> {
        let words = self.dictionary.words();
        blocking(move || Arc::new(TextQuery::parse(&text, &words))).await
    }
}

impl Gate {
    async fn enter(&self) -> Result<OwnedSemaphorePermit, IndexError> {
        let _waiting = Waiting::new(&self.waiting, self.max_waiting)?;
        self.permits
            .clone()
            .acquire_owned()
            .await
            .map_err(IndexError::failed)
    }
}

/// A search that has begun goes on when its request is dropped: what computes cannot be stopped, and keeps its permit.
async fn to_the_end<T: Send + 'static>(
    search: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    tokio::spawn(search).await.map_err(IndexError::failed)?
}
