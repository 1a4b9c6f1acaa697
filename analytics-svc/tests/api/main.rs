//! analytics-svc over a real Postgres.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod analytics;
mod baseline;
mod consumers;
mod document;
mod export;
mod harness;
mod internal_callers;
mod rebuild;
mod retention;
mod story;
