//! The contract: samples decode, schemas do not break, every event has a reader.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod compatibility;
mod personal;
mod samples;
mod tables;
