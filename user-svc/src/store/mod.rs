//! Rows in and out.

mod schema;
pub mod sessions;
pub mod shop_owners;
pub mod users;
