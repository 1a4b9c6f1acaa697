//! Tests of search-svc: the index by itself, then the service with a real Postgres.
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
mod consumers;
mod elasticsearch;
mod facts;
mod index;
mod indexer;
mod internal_callers;
mod later_words;
mod openapi;
mod product_search;
mod queue;
mod retention;
mod search;
mod searching;
mod sources;
