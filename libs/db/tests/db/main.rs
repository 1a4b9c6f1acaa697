//! Transactions on a real Postgres.
#![allow(clippy::expect_used, clippy::unwrap_used, missing_docs, reason = "tests")]

mod batcher;
mod errors;
mod idempotency;
mod migrate;
mod pool;
mod reading;
mod timeouts;
mod transaction;
