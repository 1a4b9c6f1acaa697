//! Rows in and out.

pub mod addresses;
pub mod ended_users;
mod schema;
pub mod sessions;
pub mod shop_owners;
pub mod users;
