//! Rows in and out.

pub mod generation;
pub mod products;
pub mod queue;
pub mod retention;
mod schema;
pub mod shops;
pub mod stock;
