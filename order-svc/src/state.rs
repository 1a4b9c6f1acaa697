//! What a handler may reach.

use souk_clients::user::UserClient;
use souk_db::Db;

/// Shared by all workers.
#[derive(Clone)]
pub struct AppState {
    /// The service's database.
    pub db: Db,
    /// Where accounts are.
    pub users: UserClient,
}

/// How many checkouts are under way at a time; more wait for their turn. Each asks two other services and is given up when
/// they take long: with more of them than those can answer in time, all would be given up, asked for again, and given up.
pub const TURNS: usize = 32;
