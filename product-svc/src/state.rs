//! What a handler may reach.

use souk_clients::shop::ShopClient;
use souk_contracts::Currency;
use souk_db::Db;

/// Shared by all workers.
#[derive(Clone)]
pub struct AppState {
    /// The service's database.
    pub db: Db,
    /// Shops whose events may still be on their way.
    pub shops: ShopClient,
    /// The currency of all prices.
    pub currency: Currency,
}
