//! Use cases, one a file; each runs in its caller's transaction.

mod add_address;
mod administer_user;
mod ask_for_reset;
mod ask_for_verification;
mod begin_session;
mod change_password;
mod create_admin;
mod edit_address;
mod edit_profile;
mod end_all_sessions;
mod end_own_session;
mod end_session;
mod end_tokens;
mod keep_shop_owner;
mod refresh_session;
mod register_user;
mod remove_address;

pub use add_address::add_address;
mod remove_old;
mod reset_password;
mod settle_mail;
mod spend_mail_token;
mod take_mail;
mod verify_email;

pub use administer_user::administer_user;
pub use ask_for_reset::ask_for_reset;
pub use ask_for_verification::ask_for_verification;
pub use begin_session::begin_session;
pub use change_password::change_password;
pub use create_admin::create_admin;
pub use edit_address::edit_address;
pub use edit_profile::edit_profile;
pub use end_all_sessions::end_all_sessions;
pub use end_own_session::end_own_session;
pub use end_session::end_session;
pub use end_tokens::{end_other_sessions, end_tokens, end_user};
pub use keep_shop_owner::keep_shop_owner;
pub use refresh_session::{Refreshed, refresh_session};
pub use register_user::register_user;
pub use remove_address::remove_address;
pub use remove_old::remove_old;
pub use reset_password::reset_password;
pub use settle_mail::{Settled, settle_mail};
pub use take_mail::{Taken, take_mail};
pub use verify_email::verify_email;
