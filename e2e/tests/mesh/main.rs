//! Tests over the running mesh, through its gateway.
//!
//! `cargo xtask test` runs them on a mesh of their own; `cargo xtask --instance test up --detach --no-limits` and
//! `cargo test -p e2e` do the same by hand. Names are new in every test, so that all share one mesh, again and again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod account;
mod accounts;
mod attacks;
mod audit;
mod authorisation;
mod bodies;
mod client;
mod consequences;
mod documents;
mod eventually;
mod faults;
mod isolation;
mod journey;
mod mails;
mod market;
mod mesh;
mod oversell;
mod parked;
mod people;
mod privacy;
mod queues;
mod refusals;
mod replicas;
mod rotation;
mod search;
mod trace;
