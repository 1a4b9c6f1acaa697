//! Wishes: types and rules, no I/O.

mod error;
mod thing;
mod wish;
mod wishlist;

pub use error::{MAX_WISHES, WishlistError};
pub use thing::Thing;
pub use wish::{Subject, Wish, WishView};
pub use wishlist::Wishlist;
