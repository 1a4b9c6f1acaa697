//! Rows in and out.

pub mod accounts;
pub mod history;
pub mod order_items;
mod schema;
pub mod shops;
pub mod views;
