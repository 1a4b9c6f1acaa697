//! Rows in and out.

pub mod dictionary;
pub mod generation;
pub mod jobs;
pub mod products;
pub mod queue;
pub mod rejected;
pub mod retention;
mod schema;
pub mod shops;
pub mod stock;
pub mod visibility;
