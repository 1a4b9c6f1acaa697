//! shop-svc over HTTP and its consumers, on a real Postgres.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod accounts;
mod app;
mod baseline;
mod consumers;
mod document;
mod export;
mod internal;
mod internal_callers;
mod later_words;
mod shops;
mod snapshots;
