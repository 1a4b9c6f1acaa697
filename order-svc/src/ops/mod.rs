//! Use cases, one a file; each runs in its caller's transaction.

mod abandon_reservation;
mod cancel_order;
mod cancel_order_item;
mod close_account;
mod forget_user;
mod keep_change;
mod place_orders;
mod reopen_account;
mod update_order_item_status;

pub use abandon_reservation::abandon_reservation;
pub use cancel_order::cancel_order;
pub use cancel_order_item::cancel_order_item;
pub use close_account::close_account;
pub use forget_user::forget_user;
pub use place_orders::{Asked, place_orders};
pub use reopen_account::reopen_account;
pub use update_order_item_status::update_order_item_status;
