//! The contract: samples decode, schemas do not break, every event has a reader.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod compatibility;
mod samples;
mod tables;
