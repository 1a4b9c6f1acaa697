//! order-svc over HTTP and its consumers, on a real Postgres, beside truthful stand-ins of cart-svc,
//! product-svc and user-svc.
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
mod book;
mod consumers;
mod document;
mod export;
mod internal_callers;
mod later_words;
mod order_items;
mod orders;
mod retention;
mod tracking;
mod verdicts;
mod world;
