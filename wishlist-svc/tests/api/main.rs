//! wishlist-svc over HTTP and its consumers, on a real Postgres, with stand-ins for the services it asks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod add;
mod app;
mod baseline;
mod consumers;
mod document;
mod export;
mod internal_callers;
mod list;
mod move_to_cart;
mod remove;
