//! cart-svc over HTTP and its consumers, on a real Postgres, with a stand-in for product-svc.
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
mod cart;
mod consumers;
mod document;
mod export;
mod internal;
mod internal_callers;
mod items;
mod retention;
