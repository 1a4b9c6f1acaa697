//! product-svc over HTTP, its consumers and its chores, on a real Postgres.
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
mod baseline;
mod categories;
mod consumers;
mod document;
mod export;
mod flows;
mod internal_callers;
mod later_words;
mod lookup;
mod products;
mod reservations;
mod retention;
mod snapshots;
mod stock;
mod variations;
