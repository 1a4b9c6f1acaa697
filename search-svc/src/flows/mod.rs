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
