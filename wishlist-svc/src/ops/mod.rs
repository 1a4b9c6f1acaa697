//! Use cases, one a file; each runs in its caller's transaction.

mod add_wish;
mod close_shop;
mod delete_product;
mod drop_wishes;
mod erase_wishlist;
mod keep_product;
mod keep_shop;
mod list_wishes;
mod lock_wishlist;
mod make_wishlist;
mod remember_shop;
mod remember_variation;
mod remove_wish;

pub use add_wish::{AddedWish, add_wish};
pub use close_shop::close_shop;
pub use delete_product::delete_product;
pub use erase_wishlist::erase_wishlist;
pub use keep_product::keep_product;
pub use keep_shop::keep_shop;
pub use list_wishes::list_wishes;
pub use make_wishlist::make_wishlist;
pub use remember_shop::remember_shop;
pub use remember_variation::remember_variation;
pub use remove_wish::remove_wish;
