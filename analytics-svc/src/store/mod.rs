//! Rows in and out. Whole batches go in as arrays, so that a statement has as many parameters as columns.

pub mod erasures;
pub mod events;
pub mod export;
mod exported;
pub mod items;
pub mod names;
pub mod projection;
pub mod reports;
pub mod retention;
pub mod sales;
mod schema;
pub mod visits;
