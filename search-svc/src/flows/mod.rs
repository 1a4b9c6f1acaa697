//! What spans the tables and the index.

mod dictionary;
mod documents;
mod drift;
mod indexer;
mod rebuild;
mod searching;
mod sources;
mod stall;
mod visibility;

pub use dictionary::SharedDictionary;
pub use indexer::Indexer;
pub use searching::Searcher;
pub use sources::Sources;
pub use visibility::{ShopVisibility, follow_tables};

use crate::Result;
use crate::index::IndexError;

/// Computes off the threads that serve requests and move bytes.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    Ok(tokio::task::spawn_blocking(work)
        .await
        .map_err(IndexError::failed)?)
}
