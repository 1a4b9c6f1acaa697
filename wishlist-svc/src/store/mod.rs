//! Rows in and out.

mod schema;
pub mod views;
pub mod wishes;
pub mod wishlists;
