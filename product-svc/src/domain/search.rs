//! What a list of products may be asked for.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CategoryId, ShopId};

/// The order of a list; equal products follow their ids.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    /// The latest first.
    #[default]
    Newest,
    /// The cheapest first; only what has a price.
    PriceUp,
    /// The dearest first; only what has a price.
    PriceDown,
    /// The best rated first.
    Rating,
    /// The most sought after first.
    Popular,
}

/// Which products, and in which order.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only of this shop.
    pub shop_id: Option<ShopId>,
    /// Only in this category or below it.
    pub category: Option<CategoryId>,
    /// Each must be found in the title or the SKU.
    pub words: Vec<String>,
    /// Something must cost at least this.
    pub min_price: Option<i64>,
    /// Something must cost at most this.
    pub max_price: Option<i64>,
    /// Something (at such a price) must be there.
    pub in_stock: bool,
    /// Something must cost less than before.
    pub on_sale: bool,
    /// Hidden products too, for those who may see them.
    pub with_hidden: bool,
    /// The order.
    pub sort: Sort,
    /// Where the page before ended.
    pub after: Option<Key>,
    /// Most products to find.
    pub limit: i64,
}

/// A product's place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The list's order: a place in one list is none in another.
    pub sort: Sort,
    /// What is sorted by.
    pub value: i64,
    /// The product.
    pub id: Uuid,
}
