//! Rows in and out.

pub mod applied;
pub mod carts;
mod lines;
mod schema;
