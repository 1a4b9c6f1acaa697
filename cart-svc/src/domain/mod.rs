//! The cart: types and rules, no I/O.

mod cart;
mod error;
mod line;
mod offers;
mod order;
#[cfg(test)]
mod tests;
mod view;

pub use cart::{Added, Cart};
pub use error::{CartError, MAX_LINES, MAX_QUANTITY};
pub use line::{Line, Proposal, Terms};
pub use offers::Offers;
pub use order::Order;
pub use view::{CartView, LineView, Notice, NoticeKind, ShopTotal};
