//! Rows in and out.

pub mod accounts;
pub mod addresses;
pub mod ended_users;
pub mod erasures;
pub mod export;
pub mod mail_tokens;
pub mod mailboxes;
pub mod mails;
pub mod passwords;
pub mod pictures;
pub mod retention;
mod schema;
pub mod sessions;
pub mod shop_owners;
pub mod users;
