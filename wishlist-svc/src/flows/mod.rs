//! What asks other services before or between transactions.

mod find_shop;
mod find_variation;
mod move_to_cart;

pub use find_shop::find_shop;
pub use find_variation::find_variation;
pub use move_to_cart::{Moved, move_to_cart};
