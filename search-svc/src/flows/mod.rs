//! What spans the tables and the index.

mod indexer;

pub use indexer::Indexer;
