//! What tests share. A dev-dependency only.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot be set up fails, and says why"
)]

mod bus;
mod db;
mod infra;

pub use bus::bus;
pub use db::{Published, TestDb};
pub use infra::{Infra, infra};
