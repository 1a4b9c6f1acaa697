//! What a handler may reach.

use souk_clients::product::ProductClient;
use souk_contracts::Currency;
use souk_db::Db;
use souk_mirror::OwnerRule;

/// Shared by all workers.
#[derive(Clone)]
pub struct AppState {
    /// The service's database.
    pub db: Db,
    /// Live prices and stock.
    pub products: ProductClient,
    /// Who may have a cart.
    pub rule: OwnerRule,
    /// The currency of an empty cart.
    pub currency: Currency,
}
