//! What a handler may reach.

use souk_clients::cart::CartClient;
use souk_clients::product::ProductClient;
use souk_clients::user::UserClient;
use souk_db::Db;

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
}
