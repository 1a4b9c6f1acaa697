//! Rows in and out.

pub mod export;
mod schema;
pub mod views;
pub mod wishes;
pub mod wishlists;
