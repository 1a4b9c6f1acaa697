//! Rows in and out.

pub mod accounts;
pub mod audit;
pub mod checkouts;
pub mod export;
pub mod orders;
pub mod placements;
pub mod retention;
mod rows;
mod schema;
pub mod timeline;
pub mod verdicts;
