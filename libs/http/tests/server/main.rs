//! Tests over a running server: what every service answers without doing anything for it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod app;
mod deadline;
mod health;
mod leaving;
mod lifecycle;
mod problems;
mod requests;
