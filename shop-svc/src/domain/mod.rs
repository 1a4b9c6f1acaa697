//! Shops and what was ordered from them: types and rules, no I/O.

mod account;
mod order_item;
mod shop;
mod slug;
mod step;
mod text;
mod view;

pub use account::AccountState;
pub use order_item::{ItemLine, ItemStatus, NewOrderItem, OrderItem, OrderItemChange};
pub use shop::{Decision, Shop, ShopEdit, ShopError, ShopStatus, Viewer};
pub use slug::slugs;
pub use step::{Action, Step};
pub use text::{About, Reason, ShopName, TextError};
pub use view::View;
