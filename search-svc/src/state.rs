//! What a handler may reach.

use std::sync::Arc;

use souk_db::Db;

use crate::index::SearchIndex;

/// Shared by all workers.
#[derive(Clone)]
pub struct AppState {
    /// The service's database.
    pub db: Db,
    /// The search index.
    pub index: Arc<dyn SearchIndex>,
}
