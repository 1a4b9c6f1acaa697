//! Outbox, relay and runner against a real Postgres and a real RabbitMQ.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod erase;
mod fixture;
mod fragile;
mod hostile;
mod keeper;
mod later_words;
mod parked;
mod relay;
mod retention;
mod runner;
mod switch;
mod trace;
mod unknown;
