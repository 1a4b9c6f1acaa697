//! Shops and what was ordered from them: types and rules, no I/O.

mod account;
mod life;
mod order_item;
mod shop;
mod slug;
mod status;
mod step;
mod text;
mod view;

pub use account::{AccountError, AccountState};
pub use life::Decision;
pub use order_item::{ItemLine, ItemStatus, NewOrderItem, OrderItem, OrderItemChange};
pub use shop::{Shop, ShopEdit, ShopError, Viewer};
pub use slug::slugs;
pub use status::ShopStatus;
pub use step::{Action, KeptStep, Step, StepActor};
pub use text::{About, Reason, ShopName, TextError};
pub use view::View;
