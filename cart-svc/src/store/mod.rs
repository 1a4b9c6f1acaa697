//! Rows in and out.

pub mod applied;
pub mod carts;
pub mod export;
mod lines;
mod schema;
