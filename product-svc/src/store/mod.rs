//! Rows in and out.

pub mod announcements;
pub mod categories;
pub mod export;
pub mod listings;
pub mod products;
pub mod reservations;
pub mod retention;
pub mod returns;
mod schema;
pub mod search;
pub mod shelf;
pub mod shops;
pub mod stock;
pub mod variations;
pub mod views;
