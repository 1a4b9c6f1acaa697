//! Use cases, one a file; each runs in its caller's transaction.

mod add_address;
mod begin_session;
mod create_admin;
mod edit_address;
mod edit_profile;
mod end_session;
mod end_tokens;
mod keep_shop_owner;
mod refresh_session;
mod register_user;
mod remove_address;

pub use add_address::add_address;
pub use begin_session::begin_session;
pub use create_admin::create_admin;
pub use edit_address::edit_address;
pub use edit_profile::edit_profile;
pub use end_session::end_session;
pub use end_tokens::{end_other_sessions, end_tokens, end_user};
pub use keep_shop_owner::keep_shop_owner;
pub use refresh_session::{Refreshed, refresh_session};
pub use register_user::register_user;
pub use remove_address::remove_address;
