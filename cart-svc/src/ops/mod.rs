//! Use cases, one a file; each runs in its caller's transaction.

mod add_item;
mod add_item_once;
mod change_item;
mod checkout;
mod clear_cart;
mod erase_cart;
mod keep_shop;
mod lock_cart;
mod make_cart;
mod propose;
mod remove_item;
mod show_cart;
mod take_out_orders;

pub use add_item::{AddedItem, add_item};
pub use add_item_once::{Addition, add_item_once};
pub use change_item::{Change, change_item};
pub use checkout::checkout;
pub use clear_cart::clear_cart;
pub use erase_cart::erase_cart;
pub use keep_shop::keep_shop;
pub use make_cart::make_cart;
pub use propose::propose;
pub use remove_item::remove_item;
pub use show_cart::show_cart;
pub use take_out_orders::take_out_orders;
