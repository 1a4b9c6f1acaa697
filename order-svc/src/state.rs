//! What a handler may reach.

use std::sync::Arc;

use souk_clients::cart::CartClient;
use souk_clients::product::ProductClient;
use souk_clients::user::UserClient;
use souk_db::Db;
use tokio::sync::Semaphore;

/// Shared by all workers.
#[derive(Clone)]
pub struct AppState {
    /// The service's database.
    pub db: Db,
    /// Where carts are.
    pub carts: CartClient,
    /// Where stock is reserved.
    pub products: ProductClient,
    /// Where address books are.
    pub users: UserClient,
    /// Turns of checkouts.
    pub turns: Arc<Semaphore>,
}

/// How many checkouts are under way at a time; more wait for their turn. Each asks two other services and is given up when
/// they take long: with more of them than those can answer in time, all would be given up, asked for again, and given up.
pub const TURNS: usize = 32;
