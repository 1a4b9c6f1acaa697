//! What takes longer than a request.

mod views;

pub use views::{ViewCounter, ViewLog, views};
