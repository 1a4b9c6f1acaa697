//! What a handler may reach.

use souk_clients::cart::CartClient;
use souk_clients::product::ProductClient;
use souk_clients::shop::ShopClient;
use souk_db::Db;
use souk_mirror::OwnerRule;

/// Shared by all workers.
#[derive(Clone)]
pub struct AppState {
    /// The service's database.
    pub db: Db,
    /// Products that events have not told of yet.
    pub products: ProductClient,
    /// Shops that events have not told of yet.
    pub shops: ShopClient,
    /// Where wishes are moved to.
    pub carts: CartClient,
    /// Who may have a wishlist.
    pub rule: OwnerRule,
}
