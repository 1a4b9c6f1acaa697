//! What a handler may reach.

use souk_auth::MeshKeys;
use souk_db::Db;

/// Shared by all workers.
#[derive(Clone)]
pub struct AppState {
    /// The service's database.
    pub db: Db,
    /// Signs cursors.
    pub keys: MeshKeys,
}
