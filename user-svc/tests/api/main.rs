//! user-svc over HTTP and its consumers, on a real Postgres.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod addresses;
mod app;
mod consumers;
mod sessions;
mod users;
