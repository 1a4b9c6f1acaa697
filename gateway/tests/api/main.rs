//! The gateway over HTTP, before a stand-in for the services and a real Redis.
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
mod documents;
mod failures;
mod headers;
mod live;
mod paths;
mod replicas;
mod revocation;
mod sessions;
mod stand_in;
mod streams;
mod tokens;
mod wire;
