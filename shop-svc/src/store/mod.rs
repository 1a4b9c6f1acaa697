//! Rows in and out.

pub mod accounts;
pub mod closings;
pub mod export;
pub mod history;
pub mod order_items;
mod schema;
pub mod shops;
pub mod views;
