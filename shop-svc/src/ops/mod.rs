//! Use cases, one a file; each runs in its caller's transaction.

mod apply_for_shop;
mod close_account;
mod close_shop;
mod decide_shop;
mod edit_shop;
mod erase_account;
mod keep_account;
mod keep_order_items;
mod keep_step;
mod move_order_item;
mod record_views;
mod reopen_account;
mod resubmit_shop;

pub use apply_for_shop::apply_for_shop;
pub use close_account::close_account;
pub use close_shop::close_shop;
pub use decide_shop::decide_shop;
pub use edit_shop::edit_shop;
pub use erase_account::erase_account;
pub use keep_account::keep_account;
pub use keep_order_items::keep_order_items;
pub use move_order_item::move_order_item;
pub use record_views::{forget_views, record_views};
pub use reopen_account::reopen_account;
pub use resubmit_shop::resubmit_shop;

use chrono::{DateTime, SubsecRound, Utc};

/// The present as Postgres can keep it, so that an answer and a later read are equal.
fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
