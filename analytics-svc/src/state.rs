//! What a handler may reach.

use souk_clients::shop::ShopClient;
use souk_contracts::Currency;
use souk_db::Db;

/// Shared by all workers.
#[derive(Clone)]
pub struct AppState {
    /// The service's database.
    pub db: Db,
    /// Asked for shops whose events have not arrived.
    pub shops: ShopClient,
    /// The currency that figures are led by.
    pub currency: Currency,
}
