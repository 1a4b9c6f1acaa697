//! Use cases, one each.

mod drop_unknown;
mod keep_product;
mod keep_rating;
mod keep_shop;
mod keep_stock;
mod queue_products;

pub use drop_unknown::drop_unknown;
pub use keep_product::{drop_product, keep_product};
pub use keep_rating::keep_rating;
pub use keep_shop::{drop_shop, keep_shop};
pub use keep_stock::keep_stock;
pub use queue_products::queue_products;
