//! Views of product pages.

use chrono::Duration;

use super::{ProductId, ShopId, UserId};

/// For how long further views of the same visitor do not count.
pub const QUIET: Duration = Duration::minutes(30);

/// Someone looked at a product.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct View {
    /// What was looked at.
    pub product_id: ProductId,
    /// The shop that sells it.
    pub shop_id: ShopId,
    /// A pseudonym of who looked.
    pub visitor: String,
    /// Who looked, when logged in.
    pub user_id: Option<UserId>,
}
