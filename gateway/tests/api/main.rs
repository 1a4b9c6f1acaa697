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

mod accounts;
mod app;
mod browsers;
mod documents;
mod failures;
mod headers;
mod keys;
mod leaving;
mod limits;
mod limits_by_account;
mod live;
mod logs;
mod ops;
mod paths;
mod production;
mod replicas;
mod revocation;
mod sessions;
mod sockets;
mod stand_in;
mod stand_in_accounts;
mod stand_in_trace;
mod streams;
mod tokens;
mod trace;
mod wire;
