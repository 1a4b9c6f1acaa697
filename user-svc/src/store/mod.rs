//! Rows in and out.

pub mod schema;
pub mod sessions;
pub mod shop_owners;
pub mod users;
