//! user-svc over HTTP and its consumers, on a real Postgres.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod addresses;
mod app;
mod avatars;
mod baseline;
mod consumers;
mod crafted;
mod document;
mod erasure;
mod export;
mod internal_callers;
mod later_words;
mod mailboxes;
mod mails;
mod neighbours;
mod operators;
mod own_sessions;
mod passwords;
mod picture_limits;
mod pictures;
mod post;
mod refresh;
mod resets;
mod retention;
mod sessions;
mod smtp;
mod users;
mod verification;
