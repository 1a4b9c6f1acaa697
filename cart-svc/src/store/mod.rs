//! Rows in and out.

pub mod applied;
pub mod carts;
pub mod export;
mod lines;
pub mod retention;
mod schema;
